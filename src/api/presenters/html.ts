/** HTML that is safe to send. Made by `html` alone, which escapes whatever is put in. */
export class Html {
  constructor(readonly text: string) {}
}

type Insert = Html | readonly Insert[] | string | number | null | undefined;

/** Text that is inserted is escaped, in elements and in quoted attributes; null and undefined are nothing. */
export function html(strings: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  return new Html(strings.map((string, i) => `${string}${written(inserts[i])}`).join(''));
}

function written(insert: Insert): string {
  if (insert === null || insert === undefined) return '';
  if (insert instanceof Html) return insert.text;
  if (typeof insert === 'object') return insert.map(written).join('');
  return String(insert).replace(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** A page that needs nothing but itself, on a screen and on paper. */
export function page(title: string, ...content: readonly Html[]): string {
  const { text } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <h1>${title}</h1>
        ${content}
      </body>
    </html> `;
  return text;
}

/** A table with a caption; rows of cells. */
export function table(
  caption: string,
  titles: readonly string[],
  rows: readonly (readonly Insert[])[],
): Html {
  if (rows.length === 0)
    return html`<h2>${caption}</h2>
      <p>None.</p>`;
  return html`<h2>${caption}</h2>
    <table>
      <thead>
        <tr>
          ${titles.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>`;
}

/** Names and what they are; what is null is left out. */
export function facts(all: Readonly<Record<string, Insert>>): Html {
  const known = Object.entries(all).filter(([, value]) => value !== null && value !== undefined);
  return html`<dl>
    ${known.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd> `,
    )}
  </dl>`;
}

const STYLE = new Html(`
body { font: 14px/1.45 system-ui, sans-serif; color: #1a1a1a; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #d0d0d0; overflow-wrap: anywhere; }
thead { display: table-header-group; } th { border-bottom: 2px solid #808080; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
@page { margin: 15mm; }
@media print { body { font-size: 10px; margin: 0; max-width: none; padding: 0; } tr, dl { break-inside: avoid; } h2 { break-after: avoid; } }
`);
