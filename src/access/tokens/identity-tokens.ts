import type { Principal } from '../../domain/access/principal.js';
import { problem, ProblemError } from '../../domain/problem.js';
import type { Clock } from '../../platform/clock.js';
import { throttled } from '../../platform/log/throttled.js';
import type { Log } from '../../platform/log/log.js';
import type { CredentialKind } from '../credential-kind.js';
import type { AccessFile } from '../file/access-file.js';
import { keySetReading } from './key-set-reading.js';
import { KeysUnavailable, SigningKeys } from './signing-keys.js';
import { looksLikeToken, readToken } from './token-form.js';
import { TokenRefused } from './token-refused.js';
import { TokenVerifier, type Verified } from './token-verifier.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Tokens (JWT) of the identity providers in the access file. */
export class IdentityTokens implements CredentialKind {
  private readonly verifiers = new Map<unknown, TokenVerifier>();
  private readonly keys = new Map<string, SigningKeys>();
  private readonly verified: VerifiedTokens;
  /** Of the wall clock, for those who were let in. */
  private readonly goodUntilMs = new WeakMap<Principal, number>();
  private readonly refused: (error: Error) => void;

  /** @param reading how an identity provider is asked for its keys */
  constructor(
    { identityProviders, grants }: AccessFile,
    private readonly clock: Clock,
    log: Log,
    reading = keySetReading,
  ) {
    for (const provider of identityProviders) {
      const source = `the keys of identity provider ${provider.name}`;
      const missed = throttled(log, source);
      const keys = new SigningKeys(reading(provider), clock, ({ message }) =>
        missed(new Error(`${source} could not be read: ${message}`)),
      );
      this.keys.set(provider.name, keys);
      this.verifiers.set(provider.issuer, new TokenVerifier(provider, grants, keys.find, clock));
    }
    this.verified = new VerifiedTokens(clock);
    this.refused = throttled(log, 'tokens');
  }

  /** Asks every provider for its keys now, before the first token comes. Nobody waits, and one that is away stops nothing. */
  begin(): void {
    for (const keys of this.keys.values()) void keys.renew();
  }

  /** By provider: how long ago its keys were read; Infinity = never. */
  keyAgesMs(): ReadonlyMap<string, number> {
    return new Map([...this.keys].map(([name, { ageMs }]) => [name, ageMs]));
  }

  recognises(token: string): boolean {
    return this.verifiers.size > 0 && looksLikeToken(token);
  }

  /** Until its token expires; its groups are those of the token for as long. */
  isStillGood(principal: Principal): boolean {
    return principal.kind !== 'TOKEN' || this.clock.now() < (this.goodUntilMs.get(principal) ?? 0);
  }

  async check(token: string): Promise<Principal | null> {
    try {
      return await this.verified.principalOf(token, () => this.verify(token));
    } catch (error) {
      if (error instanceof KeysUnavailable) throw unavailable(error);
      if (!(error instanceof TokenRefused)) throw error;
      this.refused(new Error(`a token was refused: ${error.message}`));
      return null;
    }
  }

  private async verify(token: string): Promise<Verified> {
    const read = readToken(token);
    const verifier = this.verifiers.get(read.issuer);
    if (!verifier) throw new TokenRefused('its issuer is none of the access file');
    try {
      const verified = await verifier.verify(read);
      this.goodUntilMs.set(verified.principal, verified.untilMs);
      return verified;
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      throw new TokenRefused(`${error.message} (identity provider ${verifier.provider.name})`);
    }
  }
}

function unavailable({ retryAfterSeconds }: KeysUnavailable): ProblemError {
  return new ProblemError(
    problem(
      'identity-provider-unavailable',
      'The keys of the identity provider cannot be read now, so that nobody can tell whether the token is good.',
    ),
    { 'retry-after': String(retryAfterSeconds) },
  );
}
