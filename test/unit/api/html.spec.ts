import fc from 'fast-check';
import { csvLine } from '../../../src/api/presenters/csv.js';
import { facts, html, page, table } from '../../../src/api/presenters/html.js';

const HOSTILE = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `</td></table><h1>owned`,
  `' onmouseover='x`,
  `&lt;b&gt;`,
  '`${7*7}`',
  `</style><script>`,
  '{{constructor}}',
];

/** What a browser would show as text. */
function shown(escaped: string): string {
  return escaped.replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));
}

describe('a page', () => {
  it.each(HOSTILE)('shows the name %s, and does nothing else with it', (name) => {
    const whole = page(name, facts({ [name]: name }), table(name, [name], [[name]]));
    const plain = page('x', facts({ x: 'x' }), table('x', ['x'], [['x']]));
    expect(whole.match(/<[^>]*>/g)).toEqual(plain.match(/<[^>]*>/g));
    expect(shown(whole)).toContain(name);
  });

  it('has no tag of whatever text is put into it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { text: escaped } = html`<p title="${text}">${text}</p>`;
        expect(escaped.match(/[<>"]/g)).toEqual(['<', '"', '"', '>', '<', '>']);
        expect(shown(escaped)).toBe(`<p title="${text}">${text}</p>`);
      }),
    );
  });

  it('runs no script and loads nothing', () => {
    expect(page('Title', html`<p>Text</p>`)).not.toMatch(/<script|src=|href=|url\(|@import/);
  });

  it('leaves out what is not known', () => {
    const { text } = facts({ Known: 0, Unknown: null, Absent: undefined });
    expect(text.replaceAll(/\s+/g, '')).toBe('<dl><dt>Known</dt><dd>0</dd></dl>');
    expect(table('Steps', ['Step'], []).text).toContain('<p>None.</p>');
  });
});

describe('a line of a file', () => {
  it('is no formula, whatever somebody wrote', () => {
    expect(csvLine(['=1+1', '+1', '-1', '@x', '\tx', 'a,b', 'say "so"', null, 3])).toBe(
      `'=1+1,'+1,'-1,'@x,'\tx,"a,b","say ""so""",,3\r\n`,
    );
  });
});
