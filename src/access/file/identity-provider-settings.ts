import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  Validate,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { isKeySetAddress } from './key-set-address.js';

/** All that are made with a key of which the other half is public. With a shared secret (HS…), who can check could also sign. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

const ALGORITHMS_LEFT_OUT = ['RS256', 'ES256', 'PS256', 'EdDSA'] as const;
const TYPES_LEFT_OUT = ['at+jwt', 'JWT'] as const;

/** What other principals are called: nobody's token may pass for an API key. */
const TAKEN = ['admin', 'key', 'break-glass', 'dr-gateway'];

@ValidatorConstraint()
class KeySetAddress implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && isKeySetAddress(value);
  }
}

@ValidatorConstraint()
class ProviderName implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && /^[a-z0-9-]{1,32}$/.test(value) && !TAKEN.includes(value);
  }
}

@ValidatorConstraint()
class NameOrPath implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    const names = typeof value === 'string' ? [value] : value;
    return (
      Array.isArray(names) &&
      names.length >= 1 &&
      names.length <= 5 &&
      names.every((name) => typeof name === 'string' && name !== '' && name.length <= 200)
    );
  }
}

@ValidatorConstraint()
class OneOrSeveral implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    const texts = typeof value === 'string' ? [value] : value;
    return (
      Array.isArray(texts) &&
      texts.length >= 1 &&
      texts.length <= 10 &&
      texts.every((text) => typeof text === 'string' && text !== '' && text.length <= 500)
    );
  }
}

const ISSUER = 'Write in "issuer" exactly what the tokens hold as "iss", such as https://login.example.com';
const AGE = 'Write in "maxTokenAgeSeconds" a whole number of seconds, 60 to 86400, or leave it out';
const TOLERANCE = 'Write in "clockToleranceSeconds" a whole number of seconds, 0 to 300, or leave it out';
const ONE_ALGORITHM = `Write in "algorithms" a list of ${ALGORITHMS.join(', ')}, or leave it out`;
const TYPES = 'Write in "tokenTypes" a list such as [at+jwt], or leave it out';

/** One entry of `oidc:`. */
export class IdentityProviderSettings {
  @Validate(ProviderName, {
    message: `Write in "name" 1 to 32 of a-z, 0-9 and -, and none of ${TAKEN.join(', ')}; principals are called by it`,
  })
  name!: string;

  @IsString({ message: ISSUER })
  @MinLength(1, { message: ISSUER })
  @MaxLength(500, { message: ISSUER })
  issuer!: string;

  @Validate(OneOrSeveral, {
    message: 'Write in "audience" the name of this gateway in tokens ("aud"), or a list of such names',
  })
  audience!: string | string[];

  @Validate(KeySetAddress, {
    message:
      'Write in "jwksUrl" the https:// address of the key set, without user, password and fragment; http:// is for this machine only',
  })
  jwksUrl!: string;

  @IsOptional()
  @IsArray({ message: ONE_ALGORITHM })
  @ArrayNotEmpty({ message: ONE_ALGORITHM })
  @IsIn(ALGORITHMS, { each: true, message: ONE_ALGORITHM })
  algorithms?: string[];

  @IsOptional()
  @IsArray({ message: TYPES })
  @ArrayNotEmpty({ message: TYPES })
  @ArrayMaxSize(5, { message: TYPES })
  @Matches(/^[A-Za-z0-9.+/-]{1,60}$/, { each: true, message: TYPES })
  tokenTypes?: string[];

  @IsOptional()
  @Validate(NameOrPath, {
    message:
      'Write in "groupsClaim" the name of a claim, or the names that lead to it: [realm_access, roles]',
  })
  groupsClaim?: string | string[];

  @IsOptional()
  @IsString({ message: 'Write in "subjectClaim" the name of a claim, or leave it out' })
  @MinLength(1, { message: 'Write in "subjectClaim" the name of a claim, or leave it out' })
  subjectClaim?: string;

  @IsOptional()
  @IsInt({ message: AGE })
  @Min(60, { message: AGE })
  @Max(86_400, { message: AGE })
  maxTokenAgeSeconds?: number;

  @IsOptional()
  @IsInt({ message: TOLERANCE })
  @Min(0, { message: TOLERANCE })
  @Max(300, { message: TOLERANCE })
  clockToleranceSeconds?: number;

  @IsOptional()
  @IsString({ message: 'Write in "caFile" the path of a PEM file, or leave it out' })
  caFile?: string | null;
}

/** Who vouches for people and services, and what of their tokens is believed. */
export interface IdentityProvider {
  name: string;
  issuer: string;
  /** Any of them is enough. */
  audiences: readonly string[];
  jwksUrl: string;
  algorithms: readonly string[];
  /** As `typ` has them, small letters, without `application/`. */
  tokenTypes: readonly string[];
  /** The names that lead to the claim. */
  groupsClaim: readonly string[];
  subjectClaim: string;
  maxTokenAgeSeconds: number;
  clockToleranceSeconds: number;
  caFile: string | null;
}

export function identityProviderOf(settings: IdentityProviderSettings): IdentityProvider {
  return {
    name: settings.name,
    issuer: settings.issuer,
    audiences: listOf(settings.audience),
    jwksUrl: settings.jwksUrl,
    algorithms: settings.algorithms ?? ALGORITHMS_LEFT_OUT,
    tokenTypes: (settings.tokenTypes ?? TYPES_LEFT_OUT).map(typeName),
    groupsClaim: listOf(settings.groupsClaim ?? 'groups'),
    subjectClaim: settings.subjectClaim ?? 'sub',
    maxTokenAgeSeconds: settings.maxTokenAgeSeconds ?? 7_200,
    clockToleranceSeconds: settings.clockToleranceSeconds ?? 30,
    caFile: settings.caFile ?? null,
  };
}

/** RFC 7515, 4.1.9: the same type may be written with `application/` and without. */
export function typeName(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '');
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
