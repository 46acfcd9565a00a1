import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(process.cwd(), 'src/access');
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /(admin-key|break-glass|keys\/[a-z-]+)\.ts$/.test(file),
);
/** A comparison that ends at the first letter that differs; what is only looked at for being there is none. */
const HASTY =
  /(?:sha256|digest|secret|expected|token|text)\w*(?:\([^)]*\))? *[!=]==?(?!=)(?! *(?:null\b|undefined\b|''))/i;

it('finds what it looks for', () => {
  for (const line of ['if (sha256 === other)', 'digestOf(token) !== known', 'return token == this.key'])
    expect(line).toMatch(HASTY);
  for (const line of ['sha256 === null', 'if (text === null) return', 'timingSafeEqual(digest, expected)'])
    expect(line).not.toMatch(HASTY);
});

it.each(FILES)('%s compares no secret but in constant time', (file) => {
  const lines = readFileSync(join(FOLDER, file), 'utf8').split('\n');
  expect(lines.filter((line) => HASTY.test(line))).toEqual([]);
});

it('looks at every file that has to do with keys', () => {
  expect(FILES).toEqual(
    expect.arrayContaining([
      'admin-key.ts',
      'break-glass.ts',
      'keys/api-key-credentials.ts',
      'keys/key-text.ts',
    ]),
  );
});
