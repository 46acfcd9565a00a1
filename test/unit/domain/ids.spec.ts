import { parsePublicId, publicId } from '../../../src/domain/ids.js';

const NATIVE_IDS = [
  'books',
  '7f0c8a52-3f1e-4b0a-9d3c-2b7a5e6f1c11',
  'VirtualMachine:vm-29:11111111-aaaa-4aaa-8aaa-111111111111',
  ':',
  '~',
  'a.b.c',
  '.2e',
  '%2F',
  '../../etc/passwd',
  'with space and + and &',
  'Größe — 災害復旧 🧯',
  '{tag}',
  '\u0000\n',
];

/** The same texts on every run. */
function* arbitraryTexts(count: number): Generator<string> {
  let seed = 20_300_102;
  const next = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  for (let i = 0; i < count; i += 1)
    yield Array.from({ length: 1 + next(30) }, () =>
      String.fromCodePoint(next(2) ? next(0x80) : next(0xd800)),
    ).join('');
}

describe('a public id', () => {
  it.each(NATIVE_IDS)('leads back to the site and to %j', (nativeId) => {
    expect(parsePublicId(publicId('eu-cloud', nativeId))).toEqual({ siteId: 'eu-cloud', nativeId });
  });

  it.each(['.', '..'])('is none for %j, which would mean a folder in a path', (nativeId) => {
    expect(parsePublicId(publicId('eu-cloud', nativeId))).toBeNull();
  });

  it('leads back to whatever text an upstream may call a thing', () => {
    for (const nativeId of arbitraryTexts(500)) {
      const id = publicId('a', nativeId);
      expect(id).toMatch(/^[A-Za-z0-9._~-]+$/);
      expect(encodeURIComponent(id)).toBe(id);
      expect(parsePublicId(id)).toEqual({ siteId: 'a', nativeId });
    }
  });

  it('is another one for another native id', () => {
    const ids = [...new Set([...NATIVE_IDS, ...arbitraryTexts(500)])].map((nativeId) =>
      publicId('a', nativeId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a text that is no public id', () => {
  it.each([
    '',
    'books',
    '.books',
    'alpha.',
    'Alpha.books',
    'al pha.books',
    `${'x'.repeat(33)}.books`,
    'alpha.bo/oks',
    'alpha.bo oks',
    'alpha.bo.zz',
    'alpha.bo.2',
    'alpha.bo.',
    'alpha.größe',
    `alpha.${'x'.repeat(512)}`,
  ])('names nothing: %j', (id) => {
    expect(parsePublicId(id)).toBeNull();
  });

  it.each(['alpha.bo.6fks', 'alpha.a.3ab', 'alpha.ab.2F', 'alpha.ab.ff'])(
    'is also one that spells a thing otherwise than its own id does: %j',
    (id) => {
      expect(parsePublicId(id)).toBeNull();
    },
  );
});
