import { chmodSync } from 'node:fs';
import { exposures } from '../../../src/platform/config/exposed-files.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const file = temporaryFolder();

function written(name: string, content: string, mode: number): string {
  const path = file(name, content);
  chmodSync(path, mode);
  return path;
}

const IN_CLEAR = 'sites:\n  - id: a\n    auth: { userName: u, password: "in clear" }\n';
const BY_NAME = 'sites:\n  - id: a\n    auth: { userName: u, password: "${SECRET_A}" }\n';

describe('a sites file', () => {
  it('with a password in clear that everybody may read is told of, without the password', () => {
    const [told, ...more] = exposures(written('a.yaml', IN_CLEAR, 0o644));
    expect(told).toMatch(
      /a\.yaml holds a secret, and every user of this machine may read it: chmod o-r it\.$/,
    );
    expect(told).not.toContain('in clear');
    expect(more).toEqual([]);
  });

  it.each([
    ['that only its owner and group may read', IN_CLEAR, 0o640],
    ['that names a variable instead of a password', BY_NAME, 0o644],
    ['that is no YAML, which is told by whoever reads it', 'a: [', 0o644],
  ])('%s is not', (_which, content, mode) => {
    expect(exposures(written('b.yaml', content, mode))).toEqual([]);
  });

  it('that everybody may write decides where credentials go, and is told of whatever is in it', () => {
    expect(exposures(written('c.yaml', BY_NAME, 0o646))).toEqual([
      expect.stringMatching(/may be written by every user/) as string,
    ]);
  });

  it('is told of for the files of secrets that it names, and not for that of an authority', () => {
    written('password.txt', 'x', 0o644);
    written('kept.txt', 'x', 0o600);
    written('ca.pem', 'x', 0o644);
    const text =
      'sites:\n  - auth: { passwordFile: password.txt, remotePasswordFile: kept.txt }\n    tls: { caFile: ca.pem }\n';
    expect(exposures(written('d.yaml', text, 0o644))).toEqual([
      expect.stringMatching(/password\.txt holds a secret/) as string,
    ]);
  });

  it('that is not there is nothing to tell of here', () => {
    expect(exposures('/nowhere/sites.yaml')).toEqual([]);
  });
});
