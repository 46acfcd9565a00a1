import { createHash } from 'node:crypto';
import { digestOf, idOfKeyText, newKeyId, newKeyText } from '../../../../src/access/keys/key-text.js';

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

it('a key names its id, and has a secret of its own each time', () => {
  const id = newKeyId();
  const texts = Array.from({ length: 200 }, () => newKeyText(id));
  expect(new Set(texts).size).toBe(200);
  for (const text of texts) {
    expect(text).toMatch(/^drg_[0-9a-z]{16}_[0-9A-Za-z]{49}$/);
    expect(idOfKeyText(text)).toBe(id);
  }
});

it('all 256 bits of the secret are random: every letter of base 62 comes at every place but the first', () => {
  const seen = Array.from({ length: 43 }, () => new Set<string>());
  for (let i = 0; i < 2_000; i += 1)
    [...newKeyText(newKeyId()).slice(21, 64)].forEach((letter, at) => seen[at]?.add(letter));
  // 62^43 is a little more than 2^256.
  expect(seen[0]?.size).toBeGreaterThan(50);
  for (const letters of seen.slice(1)) expect(letters.size).toBe(62);
});

it('whatever letter is changed, the checksum does not fit', () => {
  const text = newKeyText(newKeyId());
  for (let at = 0; at < text.length; at += 1)
    for (const letter of LETTERS)
      if (letter !== text[at])
        expect(idOfKeyText(text.slice(0, at) + letter + text.slice(at + 1))).toBeNull();
});

it.each<[string, (text: string) => string]>([
  ['cut short', (text) => text.slice(0, -1)],
  ['too long', (text) => `${text}0`],
  ['with a line end', (text) => `${text}\n`],
  ['with a space before it', (text) => ` ${text}`],
  ['in capitals', (text) => text.toUpperCase()],
  ['with two neighbours swapped', (text) => swapped(text)],
  ['with another prefix', (text) => text.replace('drg_', 'drx_')],
  ['without its secret', (text) => text.slice(0, 21)],
  ['twice', (text) => text + text],
  ['nothing', () => ''],
])('%s, it is no key', (_what, spoiled) => {
  expect(idOfKeyText(spoiled(newKeyText(newKeyId())))).toBeNull();
});

it('the hash that is kept is the one that sha256sum prints', () => {
  const text = newKeyText(newKeyId());
  expect(digestOf(text).toString('hex')).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
});

function swapped(text: string): string {
  const at = [...text].findIndex((letter, i) => i > 22 && letter !== text[i + 1]);
  return text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2);
}
