import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigurationError, ENVIRONMENT } from '../config/environment.js';

const PREFIX = 'sealed:1:';
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY = /^[0-9a-f]{64}$/i;

/**
 * Keeps secrets in Redis that nobody shall read there (AES-256-GCM). The first key seals, each of them opens: a new one is
 * put before the old one. Without a key, everything stays as it is.
 */
export class Seal {
  private constructor(private readonly keys: readonly Buffer[]) {}

  static readonly NONE = new Seal([]);

  /** @param file a line of 64 hex digits for each key; null = nothing is sealed. Throws `ConfigurationError`. */
  static from(file: string | null): Seal {
    if (file === null) return Seal.NONE;
    let lines: string[];
    try {
      lines = readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
    } catch {
      throw new ConfigurationError([fault(file, 'cannot be read')]);
    }
    if (lines.length === 0 || !lines.every((line) => KEY.test(line)))
      throw new ConfigurationError([fault(file, 'is not made of keys')]);
    return new Seal(lines.map((line) => Buffer.from(line, 'hex')));
  }

  /** @param owner whose it is: for anybody else it does not open */
  sealed(text: string, owner: string): string {
    const [key] = this.keys;
    if (key === undefined || text.startsWith(PREFIX)) return text;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(owner));
    const parts = [iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return PREFIX + Buffer.concat(parts).toString('base64url');
  }

  /** What was sealed; as it is, where it was not; null = none of the keys opens it for that owner. */
  opened(text: string, owner: string): string | null {
    if (!text.startsWith(PREFIX)) return text;
    const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url');
    for (const key of this.keys) {
      try {
        return openedWith(key, bytes, owner);
      } catch {
        // Another key, or another owner.
      }
    }
    return null;
  }
}

function openedWith(key: Buffer, bytes: Buffer, owner: string): string {
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
  return Buffer.concat([text, decipher.final()]).toString('utf8');
}

function fault(file: string, why: string): string {
  return `${ENVIRONMENT.secretsKeyFile.name} names ${file}, which ${why}: write a line of 64 hex digits there, such as what \`openssl rand -hex 32\` prints.`;
}
