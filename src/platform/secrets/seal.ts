import { readFileSync } from 'node:fs';
import { ConfigurationError, ENVIRONMENT } from '../config/environment.js';
import { openedBytes, sealedBytes } from './sealing.js';

const PREFIX = 'sealed:1:';
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
    return PREFIX + sealedBytes(key, Buffer.from(text), Buffer.from(owner)).toString('base64url');
  }

  /** What was sealed; as it is, where it was not; null = none of the keys opens it for that owner. */
  opened(text: string, owner: string): string | null {
    if (!text.startsWith(PREFIX)) return text;
    const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url');
    for (const key of this.keys) {
      const opened = openedBytes(key, bytes, Buffer.from(owner));
      if (opened) return opened.toString('utf8');
    }
    return null;
  }
}

function fault(file: string, why: string): string {
  return `${ENVIRONMENT.secretsKeyFile.name} names ${file}, which ${why}: write a line of 64 hex digits there, such as what \`openssl rand -hex 32\` prints.`;
}
