import { Seal } from '../../../src/platform/secrets/seal.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const file = temporaryFolder();
const [KEY, OTHER] = ['a1'.repeat(32), 'b2'.repeat(32)];
const SECRET = 'whsec_c2VjcmV0';

describe('a secret that is sealed', () => {
  const seal = Seal.from(file('key', `${KEY}\n`));

  it('is opened for its owner, shows nothing of itself, and is another text each time', () => {
    const [one, two] = [seal.sealed(SECRET, 'w1'), seal.sealed(SECRET, 'w1')];
    expect(one).not.toContain('c2Vj');
    expect(Buffer.from(one.slice('sealed:1:'.length), 'base64url').toString('latin1')).not.toContain('whsec');
    expect(one).not.toBe(two);
    expect([seal.opened(one, 'w1'), seal.opened(two, 'w1')]).toEqual([SECRET, SECRET]);
  });

  it('is opened for nobody else, with no other key, and not when a bit of it was changed', () => {
    const sealed = seal.sealed(SECRET, 'w1');
    expect(seal.opened(sealed, 'w2')).toBeNull();
    expect(Seal.from(file('other', OTHER)).opened(sealed, 'w1')).toBeNull();
    expect(Seal.NONE.opened(sealed, 'w1')).toBeNull();
    for (const at of ['sealed:1:'.length, sealed.length - 8]) {
      const turned = sealed[at] === 'A' ? 'B' : 'A';
      expect(seal.opened(sealed.slice(0, at) + turned + sealed.slice(at + 1), 'w1')).toBeNull();
    }
    expect(seal.opened('sealed:1:', 'w1')).toBeNull();
  });

  it('outlives its key as long as that stands behind the new one', () => {
    const before = seal.sealed(SECRET, 'w1');
    const both = Seal.from(file('both', `${OTHER}\n${KEY}\n`));
    expect(both.opened(before, 'w1')).toBe(SECRET);
    expect(Seal.from(file('new', OTHER)).opened(both.sealed(SECRET, 'w1'), 'w1')).toBe(SECRET);
  });

  it('is not sealed twice, and what never was is read as it is', () => {
    const sealed = seal.sealed(SECRET, 'w1');
    expect(seal.sealed(sealed, 'w1')).toBe(sealed);
    expect(seal.opened(SECRET, 'w1')).toBe(SECRET);
    expect(Seal.NONE.sealed(SECRET, 'w1')).toBe(SECRET);
  });
});

it.each([
  ['an empty one', ''],
  ['one with a short key', 'abc'],
  ['one with something beside the key', `${KEY}\nhello\n`],
])('a file of keys that is none stops the start without showing it: %s', (_which, text) => {
  const path = file('wrong', text);
  expect(() => Seal.from(path)).toThrow(/SECRETS_KEY_FILE names .*wrong.*openssl rand -hex 32/);
  expect(() => Seal.from('/nowhere/key')).toThrow(/cannot be read/);
});
