import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Principal } from '../../domain/access/principal.js';
import type { Clock } from '../../platform/clock.js';
import type { TokenGrant } from '../file/grant-settings.js';
import { typeName, type IdentityProvider } from '../file/identity-provider-settings.js';
import { KeysUnavailable } from './signing-keys.js';
import { grantsOf, groupsIn, subjectIn } from './token-claims.js';
import type { UnverifiedToken } from './token-form.js';
import { TokenRefused } from './token-refused.js';

export interface Verified {
  principal: Principal;
  /** Of the wall clock. */
  untilMs: number;
}

/** Believes the tokens of one identity provider, as far as the access file says. */
export class TokenVerifier {
  private readonly granted: readonly TokenGrant[];

  constructor(
    readonly provider: IdentityProvider,
    grants: readonly TokenGrant[],
    private readonly key: JWTVerifyGetKey,
    private readonly clock: Clock,
  ) {
    this.granted = grants.filter((grant) => grant.provider === provider.name);
  }

  /** Throws `TokenRefused`, or `KeysUnavailable` if that cannot be told now. */
  async verify({ compact, type }: UnverifiedToken): Promise<Verified> {
    if (type === null || !this.provider.tokenTypes.includes(typeName(type)))
      throw new TokenRefused(`its type ("typ") is none of ${this.provider.tokenTypes.join(', ')}`);
    const claims = await this.claimsOf(compact);
    const subject = subjectIn(claims, this.provider);
    return {
      principal: {
        id: `${this.provider.name}:${subject}`,
        kind: 'TOKEN',
        grants: grantsOf(this.granted, subject, groupsIn(claims, this.provider)),
      },
      untilMs: this.lastMomentOf(claims),
    };
  }

  private async claimsOf(compact: string): Promise<JWTPayload> {
    const { issuer, audiences, algorithms, subjectClaim } = this.provider;
    try {
      const { payload } = await jwtVerify(compact, this.key, {
        algorithms: [...algorithms],
        issuer,
        audience: [...audiences],
        requiredClaims: ['exp', 'iat', subjectClaim],
        maxTokenAge: this.provider.maxTokenAgeSeconds,
        clockTolerance: this.provider.clockToleranceSeconds,
        currentDate: new Date(this.clock.now()),
      });
      return payload;
    } catch (error) {
      throw error instanceof KeysUnavailable ? error : new TokenRefused(reasonOf(error));
    }
  }

  private lastMomentOf({ exp = 0, iat = 0 }: JWTPayload): number {
    return Math.min(exp, iat + this.provider.maxTokenAgeSeconds) * 1000;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  [errors.JWTExpired.code]: 'it has expired, or is older than the access file allows',
  [errors.JOSEAlgNotAllowed.code]: 'its algorithm is not one of "algorithms" in the access file',
  [errors.JWKSNoMatchingKey.code]: 'the identity provider has no such key',
  [errors.JWKSMultipleMatchingKeys.code]: 'it does not say with which of several keys it is signed',
  [errors.JWSSignatureVerificationFailed.code]: 'its signature is wrong',
};

/** In words of our own: those of others may hold parts of the token. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed)
    return `its claim "${error.claim}" is ${wordFor(error)}`;
  if (error instanceof errors.JOSEError) return REASONS[error.code] ?? `it is not usable (${error.code})`;
  return 'its key is not fit for its algorithm';
}

/** @param reason of jose: `missing`, `invalid` or `check_failed` */
function wordFor({ reason }: errors.JWTClaimValidationFailed): string {
  if (reason === 'missing') return 'missing';
  return reason === 'invalid' ? 'not of the right kind' : 'not as it has to be';
}
