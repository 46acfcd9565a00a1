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
  /**
   * Who that is now, and what they hold, without their credential: for what they have decided and somebody else acts upon.
   * null = nobody any more (revoked, expired). undefined, or no such method = not one of this kind, or it cannot tell.
   */
  named?(principalId: string): Principal | null | undefined | Promise<Principal | null | undefined>;
  /**
   * Whether somebody who was let in some time ago, and still listens, would be let in now, with the same grants. true for
   * whoever came in by another kind. Absent = nobody is ever shut out again. Throws if nobody can tell now.
   */
  isStillGood?(principal: Principal): boolean | Promise<boolean>;
}
