import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.js';

/** Places that exist only where somebody worked; put together so that this file does not hold them. */
const PLACES = [
  new RegExp(`(?<![\\w.-])${['', 'work', '(main|shared|\\.)'].join('/')}`),
  new RegExp(['registry', '(npmjs|yarnpkg|npmmirror)'].join('\\.')),
];

/** Downloaded sources come without a repository, and so without an answer. */
const inRepository = existsSync(join(root, '.git')) ? it : it.skip;

describe('what is kept in git', () => {
  it('locks versions, not the places they were downloaded from', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
  });

  inRepository('names no place that only one machine knows', () => {
    const telling = trackedFiles().filter((name) => {
      const text = readFileSync(join(root, name), 'utf8');
      return PLACES.some((place) => place.test(text));
    });
    expect(telling).toEqual([]);
  });
});

function trackedFiles(): string[] {
  return execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((name) => name !== '' && existsSync(join(root, name)));
}
