import { personOf, type Grant, type Principal } from '../../domain/access/principal.js';

export const KEY_STATES = ['ACTIVE', 'EXPIRED', 'REVOKED'] as const;
export type KeyState = (typeof KEY_STATES)[number];

export interface KeySecret {
  /** Of the whole text that was given out, in hexadecimal. */
  sha256: string;
  createdTime: string;
  /** It lets in until then; null = it is the one that was given out last. */
  untilTime: string | null;
}

/** What a key may do, and who said so. The key itself is not kept. */
export interface ApiKey {
  id: string;
  name: string;
  description: string | null;
  grants: readonly Grant[];
  /**
   * Who was given its secret last, where that is known: whoever came with a token or another key. null = the admin key made
   * it, for whomever.
   */
  person: string | null;
  /** null = never. */
  expiresTime: string | null;
  /** Last one first, two at the most; none once it is revoked. */
  secrets: readonly KeySecret[];
  createdBy: string;
  createdTime: string;
  updatedBy: string;
  updatedTime: string;
  /** What was revoked is kept, so that the history's `key:{id}` says something. */
  revoked: { by: string; time: string } | null;
}

const PRINCIPAL_PREFIX = 'key:';

/** Whoever uses the key; the history has them by this id. */
export function principalOf({ id, grants, person }: ApiKey): Principal {
  const principal = { id: PRINCIPAL_PREFIX + id, kind: 'API_KEY', grants } as const;
  return person === null ? principal : { ...principal, person };
}

/** null = it is of no key. */
export function keyIdOf(principalId: string): string | null {
  return principalId.startsWith(PRINCIPAL_PREFIX) ? principalId.slice(PRINCIPAL_PREFIX.length) : null;
}

/** Who has a secret that was given to that principal. */
export function personGiven(to: Principal): string | null {
  return to.kind === 'API_KEY' || to.kind === 'TOKEN' ? personOf(to) : null;
}

export function stateOf({ expiresTime, revoked }: ApiKey, nowMs: number): KeyState {
  if (revoked) return 'REVOKED';
  return expiresTime !== null && Date.parse(expiresTime) <= nowMs ? 'EXPIRED' : 'ACTIVE';
}

export function letsIn({ untilTime }: KeySecret, nowMs: number): boolean {
  return untilTime === null || Date.parse(untilTime) > nowMs;
}

/** With another secret; of those before it, only the last one goes on for a while. */
export function withSecret(key: ApiKey, fresh: KeySecret, nowMs: number, oldUntilTime: string): ApiKey {
  const old = key.secrets.find((one) => letsIn(one, nowMs));
  const goesOn = old !== undefined && Date.parse(oldUntilTime) > nowMs;
  return { ...key, secrets: [fresh, ...(goesOn ? [{ ...old, untilTime: oldUntilTime }] : [])] };
}
