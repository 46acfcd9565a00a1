import type { Principal } from '../domain/access/principal.js';

/** One way of proving who one is. There are several; each knows its own credentials by their form. */
export interface CredentialKind {
  /** By its form alone, without looking anything up. */
  recognises(token: string): boolean;
  /**
   * null = it is not good: unknown, expired, revoked, forged; which of these is logged, never told. Compares in constant
   * time. Throws `ProblemError` (503) only if nobody can tell now, such as when the store is away.
   */
  check(token: string): Principal | null | Promise<Principal | null>;
}
