import type { Principal } from '../domain/access/principal.js';
import type { CredentialKind } from './credential-kind.js';

/** Who a credential stands for. The first kind that recognises it decides. */
export class Authenticator {
  constructor(private readonly kinds: readonly CredentialKind[]) {}

  /** null = for nobody. */
  principalOf(token: string): Principal | null | Promise<Principal | null> {
    return this.kinds.find((kind) => kind.recognises(token))?.check(token) ?? null;
  }

  /** Who that is now. null = nobody any more; undefined = nobody can tell without the credential. */
  async named(principalId: string): Promise<Principal | null | undefined> {
    for (const kind of this.kinds) {
      const found = await kind.named?.(principalId);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** For streams: whether somebody who was let in some time ago would be let in now. */
  async isStillGood(principal: Principal): Promise<boolean> {
    const verdicts = await Promise.all(
      this.kinds.map(async (kind) => (await kind.isStillGood?.(principal)) ?? true),
    );
    return verdicts.every(Boolean);
  }
}
