import type { Principal } from '../domain/access/principal.js';
import type { CredentialKind } from './credential-kind.js';

/** Who a credential stands for. The first kind that recognises it decides. */
export class Authenticator {
  constructor(private readonly kinds: readonly CredentialKind[]) {}

  /** null = for nobody. */
  principalOf(token: string): Principal | null | Promise<Principal | null> {
    return this.kinds.find((kind) => kind.recognises(token))?.check(token) ?? null;
  }
}
