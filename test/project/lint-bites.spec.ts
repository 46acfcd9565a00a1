import { ESLint, Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import { root } from './root.js';

const RULE = 'no-restricted-syntax';

/** What the project's own configuration says to that code, were it in that file. */
async function complaints(file: string, code: string): Promise<string[]> {
  const whole = (await new ESLint({ cwd: root }).calculateConfigForFile(file)) as {
    rules: Linter.RulesRecord;
  };
  const rule = whole.rules[RULE];
  if (!rule) throw new Error(`${RULE} is off for ${file}`);
  const config: Linter.Config = {
    files: ['**/*.ts'],
    languageOptions: { parser: parser },
    rules: { [RULE]: rule },
  };
  return new Linter({ cwd: root }).verify(code, [config], { filename: file }).map(({ message }) => message);
}

const BLIND: readonly string[] = [
  'tls.connect({ rejectUnauthorized: false });',
  "tls.connect({ 'rejectUnauthorized': false });",
  'new https.Agent({ keepAlive: true, rejectUnauthorized: 0 as never });',
  'const o = { rejectUnauthorized: !verify };',
  'const rejectUnauthorized = false; tls.connect({ rejectUnauthorized });',
  'options.rejectUnauthorized = false;',
  "options['rejectUnauthorized'] = false;",
  "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';",
  "process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';",
  "tls.connect({ minVersion: 'TLSv1' });",
  "tls.connect({ minVersion: 'TLSv1.1' });",
  "tls.connect({ maxVersion: 'TLSv1.1' });",
];
const FILES = ['src/main.ts', 'src/platform/redis/connection.ts', 'src/webhooks/sending/endpoint-post.ts'];

describe.each([...FILES, 'test/support/client.ts', 'scripts/gen.ts', 'simulators/main.ts'])(
  'lint refuses in %s',
  (file) => {
    it.each(BLIND)('%s', async (code) => {
      expect(await complaints(file, code)).toHaveLength(1);
    });

    it('nothing that verifies', async () => {
      expect(
        await complaints(file, "tls.connect({ rejectUnauthorized: true, minVersion: 'TLSv1.2' });"),
      ).toEqual([]);
    });
  },
);

it('lint lets the one file see a certificate before it believes it, and no other file of that room', async () => {
  const [blind = ''] = BLIND;
  expect(await complaints('src/platform/http/tls-trust.ts', blind)).toEqual([]);
  expect(await complaints('src/platform/http/fresh-connection.ts', blind)).toHaveLength(1);
});
