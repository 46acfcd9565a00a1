import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const SHORTEST = 32;

/** The key file is not there, or not one. The message says what to write. */
export class AuditKeyError extends Error {}

/**
 * The keys of the audit: the first seals, all of them check. Each chain is sealed with a key that is derived for it alone, so
 * that a line of one chain is no line of another.
 */
export class AuditKeys {
  private readonly derived = new Map<string, readonly Buffer[]>();

  constructor(private readonly secrets: readonly string[]) {}

  /** One key per line, the newest first; empty lines do not count. */
  static async from(path: string): Promise<AuditKeys> {
    const text = await readFile(path, 'utf8').catch((error: Error) => {
      throw new AuditKeyError(`it cannot be read (${error.message})`);
    });
    const secrets = text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
    if (secrets.length === 0) throw new AuditKeyError('it is empty');
    if (secrets.some(({ length }) => length < SHORTEST))
      throw new AuditKeyError(`it has a key of less than ${SHORTEST} characters`);
    return new AuditKeys(secrets);
  }

  /** Names the key that seals; says nothing about it. */
  get id(): string {
    return this.of('key id')[0]?.toString('base64url').slice(0, 12) ?? '';
  }

  /** The newest first. */
  ofChain(writer: string): readonly Buffer[] {
    return this.of(`chain ${writer}`);
  }

  ofCheckpoints(): readonly Buffer[] {
    return this.of('checkpoints');
  }

  private of(purpose: string): readonly Buffer[] {
    const known = this.derived.get(purpose);
    if (known) return known;
    const keys = this.secrets.map((secret) =>
      createHmac('sha256', secret).update(`dr-gateway audit: ${purpose}`).digest(),
    );
    this.derived.set(purpose, keys);
    return keys;
  }
}
