import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from './root.js';

const LIMIT_MS = 300_000;

// Types are checked by the build that made this file.
const CHECKS = {
  'format:check': 'is formatted by prettier',
  lint: 'follows the lint rules',
  'import-rules': 'keeps the walls between the rooms',
  'gen:check': 'has up-to-date generated files',
};

describe('the project', () => {
  it.each(Object.entries(CHECKS))(
    '%s: %s',
    async (script) => {
      const verdict = await promisify(execFile)('npm', ['run', '--silent', script], { cwd: root }).then(
        () => 'fine',
        (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
      );
      expect(verdict).toBe('fine');
    },
    LIMIT_MS,
  );
});
