import { createHash, randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ID_LENGTH = 16;
const ID_LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz';
const SECRET_BYTES = 32;
const SECRET_LENGTH = 43;
const CHECK_LENGTH = 6;
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export const KEY_PREFIX = 'drg_';
const FORM = /^drg_([0-9a-z]{16})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

export function newKeyId(): string {
  return Array.from({ length: ID_LENGTH }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join('');
}

/**
 * `drg_{id}_{secret}{checksum}`: 256 random bits, and a CRC-32 of what is before it, both in base 62. By the prefix and the
 * checksum a scanner finds keys that were published, and a typing error is refused without asking anybody.
 */
export function newKeyText(id: string): string {
  const secret = base62(BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`), SECRET_LENGTH);
  const text = `${KEY_PREFIX}${id}_${secret}`;
  return text + checksum(text);
}

/** The id that it names; null = it is no key, or not written as it was given out. */
export function idOfKeyText(text: string): string | null {
  const [, id, , check] = FORM.exec(text) ?? [];
  if (id === undefined || check === undefined) return null;
  return checksum(text.slice(0, -CHECK_LENGTH)) === check ? id : null;
}

/** All that is kept of a key. With so many random bits, a slow hash and a salt would add nothing. */
export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function checksum(text: string): string {
  return base62(BigInt(crc32(text)), CHECK_LENGTH);
}

function base62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest /= 62n)
    digits = (LETTERS[Number(rest % 62n)] ?? '') + digits;
  return digits;
}
