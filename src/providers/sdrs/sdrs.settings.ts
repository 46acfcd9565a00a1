import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  Allow,
  Equals,
  IsDefined,
  IsIn,
  IsInt,
  IsOptional,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import type { RequestLimits } from '../request-budget.js';

const URL_RULES = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };

/** A user name and password that IAM turns into a token. */
export class SdrsPasswordAuth {
  @Equals('password')
  type!: 'password';

  @IsUrl(URL_RULES, {
    message: 'auth.iamEndpoint: write the address of IAM, such as https://iam.eu-de.otc.t-systems.com/v3.',
  })
  iamEndpoint!: string;

  @MinLength(1, {
    message: "auth.domainName: write the account's name, such as OTC-EU-DE-00000000001000000001.",
  })
  domainName!: string;

  @MinLength(1, { message: 'auth.userName: write the name of the IAM user that the gateway works as.' })
  userName!: string;

  @MinLength(1, { message: "auth.password: write the IAM user's password." })
  password!: string;
}

/** An access key of an IAM user, with which every request is signed (section 1.5); IAM is never asked. */
export class SdrsSignatureAuth {
  @Equals('signature')
  type!: 'signature';

  @Matches(/^[A-Za-z0-9_-]{1,128}$/, {
    message: 'auth.accessKey: write the id of the access key (AK), such as AKEXAMPLE0000001.',
  })
  accessKey!: string;

  @MinLength(1, { message: 'auth.secretKey: write the secret that came with the access key (SK).' })
  secretKey!: string;

  @IsOptional()
  @Matches(/^[!-~]+$/, {
    message: 'auth.securityToken: write the token that came with a temporary key, or leave it out.',
  })
  securityToken?: string | null;
}

/** Says which kinds there are, and nothing about the fields of kinds that were perhaps meant. */
class SdrsUnknownAuth {
  @IsIn(['password', 'signature'], {
    message:
      'auth.type: write "password" (with iamEndpoint, domainName, userName, password) or "signature" (with accessKey, secretKey).',
  })
  type!: 'password' | 'signature';

  @Allow() iamEndpoint?: unknown;
  @Allow() domainName?: unknown;
  @Allow() userName?: unknown;
  @Allow() password?: unknown;
  @Allow() accessKey?: unknown;
  @Allow() secretKey?: unknown;
  @Allow() securityToken?: unknown;
}

const AUTH_CLASSES = new Map<unknown, new () => object>([
  ['password', SdrsPasswordAuth],
  ['signature', SdrsSignatureAuth],
]);

const AUTH_SENTENCE =
  'auth: write type "password" with iamEndpoint, domainName, userName and password, or type "signature" with accessKey and secretKey.';

export class SdrsTls {
  @IsOptional()
  @MinLength(1, { message: 'tls.caFile: write the path of a PEM file with the authority to trust.' })
  caFile?: string | null;

  @IsOptional()
  @Matches(/^(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$/, {
    message: "tls.fingerprint256: write the SHA-256 of the server's certificate, 64 hex digits.",
  })
  fingerprint256?: string | null;
}

const BUDGET_SENTENCE =
  'budget.requestsPerSecond: write how many requests a second the gateway may make, 2 to 10000, or leave it out for 100.';

/** The service's limit belongs to the account (section 1.6), so others of it need their part. */
export class SdrsBudget {
  @IsOptional()
  @IsInt({ message: BUDGET_SENTENCE })
  @Min(2, { message: BUDGET_SENTENCE })
  @Max(10_000, { message: BUDGET_SENTENCE })
  requestsPerSecond?: number = 100;
}

/** What a site of this provider needs in the sites file. */
export class SdrsSettings {
  @IsUrl(URL_RULES, {
    message:
      'endpoint: write the address of the service, such as https://sdrs.eu-de.otc.t-systems.com; /v1 and the project id are added.',
  })
  endpoint!: string;

  @Matches(/^[A-Za-z0-9_-]{1,64}$/, {
    message: "projectId: write the project's id as IAM shows it, such as 0123456789abcdef0123456789abcdef.",
  })
  projectId!: string;

  /** How the gateway proves who it is. */
  @IsDefined({ message: AUTH_SENTENCE })
  @Type((given) => {
    const { auth } = (given?.object ?? {}) as { auth?: { type?: unknown } | null };
    return AUTH_CLASSES.get(auth?.type) ?? SdrsUnknownAuth;
  })
  @ValidateNested({ message: AUTH_SENTENCE })
  auth!: SdrsPasswordAuth | SdrsSignatureAuth;

  @IsOptional()
  @Type(() => SdrsTls)
  @ValidateNested()
  tls?: SdrsTls | null;

  @IsOptional()
  @Type(() => SdrsBudget)
  @ValidateNested({ message: 'budget: write requestsPerSecond, or leave it out.' })
  budget?: SdrsBudget | null;
}

export function limitsOf({ budget }: SdrsSettings): RequestLimits {
  const requests = budget?.requestsPerSecond ?? new SdrsBudget().requestsPerSecond ?? 100;
  return { address: { requests, windowSeconds: 1 }, session: null };
}

/**
 * The service's root, without what the driver adds itself: the catalogue of one cloud gives addresses
 * that already end in `/v1/{projectId}` (section 1.1).
 */
export function serviceRoot(endpoint: string, projectId: string): string {
  const bare = endpoint.trim().replace(/\/+$/, '');
  return bare.endsWith(`/v1/${projectId}`)
    ? bare.slice(0, -`/v1/${projectId}`.length)
    : bare.replace(/\/v1$/, '');
}

/** IAM's root: its addresses are written with and without `/v3`. */
export function iamRoot(iamEndpoint: string): string {
  return iamEndpoint.trim().replace(/\/+$/, '').replace(/\/v3$/, '');
}
