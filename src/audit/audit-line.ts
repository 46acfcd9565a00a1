import { createHmac, timingSafeEqual } from 'node:crypto';

/** `,"mac":"` + 43 characters + `"}`: always the end of a line, and always as long. */
const SEAL_LENGTH = 53;
const SEAL = /^,"mac":"([A-Za-z0-9_-]{43})"\}$/;

/** Everything that is not a visible character of ASCII: line ends of every kind, escapes of terminals, turned directions of reading. */
const UNPLAIN = /[^\x20-\x7e]/g;

export interface Sealed {
  line: string;
  mac: string;
}

/** One line of ASCII, whatever the fields hold; its last field is the MAC of all that comes before it. */
export function sealed(fields: object, key: Buffer): Sealed {
  const body = JSON.stringify(fields).replace(UNPLAIN, escaped).slice(0, -1);
  const mac = macOf(body, key);
  return { line: `${body},"mac":"${mac}"}`, mac };
}

/**
 * The fields of a line and its MAC; null = it is not what was sealed with this key. Nothing of it is interpreted before that
 * is known.
 * @param line as latin1, so that each byte is one character
 */
export function unsealed<T extends object>(line: string, key: Buffer): { fields: T; mac: string } | null {
  const body = line.slice(0, -SEAL_LENGTH);
  const mac = SEAL.exec(line.slice(-SEAL_LENGTH))?.[1];
  if (mac === undefined || !isEqual(mac, macOf(body, key))) return null;
  return { fields: JSON.parse(`${body}}`) as T, mac };
}

function macOf(body: string, key: Buffer): string {
  return createHmac('sha256', key).update(body, 'latin1').digest('base64url');
}

/** As text: two spellings of the same bytes are not the same. */
function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'latin1'), Buffer.from(other, 'latin1'));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
