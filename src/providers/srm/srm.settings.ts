import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  Equals,
  IsDefined,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import type { RequestLimits } from '../request-budget.js';

export class SrmAuthSettings {
  @Equals('session', { message: 'Write "type": "session"; SRM knows no other way to log in.' })
  type!: 'session';

  @IsString({
    message: 'Write in "userName" the vCenter SSO user of this site, such as gateway@vsphere.local.',
  })
  @IsNotEmpty({ message: 'Write in "userName" the vCenter SSO user of this site; it is empty.' })
  userName!: string;

  @IsString({ message: 'Write in "password" the password of "userName".' })
  @IsNotEmpty({ message: 'Write in "password" the password of "userName"; it is empty.' })
  password!: string;

  @IsString({
    message:
      'Write in "remoteUserName" the vCenter SSO user of the other site of the pairing; actions need both logins.',
  })
  @IsNotEmpty({ message: 'Write in "remoteUserName" the SSO user of the other site; it is empty.' })
  remoteUserName!: string;

  @IsString({ message: 'Write in "remotePassword" the password of "remoteUserName".' })
  @IsNotEmpty({ message: 'Write in "remotePassword" the password of "remoteUserName"; it is empty.' })
  remotePassword!: string;
}

export class SrmTlsSettings {
  @IsOptional()
  @IsString({ message: 'Write in "caFile" the path of a PEM file, or leave it out.' })
  caFile?: string | null;

  @IsOptional()
  @Matches(/^(?:[0-9a-f]{2}:?){32}$/i, {
    message:
      'Write in "fingerprint256" the SHA-256 of the appliance\'s certificate: 64 hex digits, colons allowed.',
  })
  fingerprint256?: string | null;
}

const BUDGET_RANGE = 'a whole number, 10 to 1000000';

/** The appliance's limiter, as its administrator set it (1.7); no request tells. Absent = its defaults. */
export class SrmBudgetSettings {
  @IsOptional()
  @IsInt({ message: `Write in "sessionRequestsPerMinute" ${BUDGET_RANGE}.` })
  @Min(10, { message: `Write in "sessionRequestsPerMinute" ${BUDGET_RANGE}.` })
  @Max(1_000_000, { message: `Write in "sessionRequestsPerMinute" ${BUDGET_RANGE}.` })
  sessionRequestsPerMinute?: number = 50;

  /** Of all gateway processes, and of whatever else asks the appliance from their address. */
  @IsOptional()
  @IsInt({ message: `Write in "addressRequestsPerMinute" ${BUDGET_RANGE}.` })
  @Min(10, { message: `Write in "addressRequestsPerMinute" ${BUDGET_RANGE}.` })
  @Max(1_000_000, { message: `Write in "addressRequestsPerMinute" ${BUDGET_RANGE}.` })
  addressRequestsPerMinute?: number = 100;
}

/** What the sites file says of one SRM site: one appliance, seen from its own end of one pairing. */
export class SrmSettings {
  @Matches(/^https?:\/\/[^\s?#@]+\/api\/rest\/srm\/v[12]\/?$/, {
    message:
      'Write in "endpoint" the whole base URL of the appliance, such as https://srm-a.example/api/rest/srm/v2 (or …/v1).',
  })
  endpoint!: string;

  /** The pairing's id, or the name of the server at its other end; null = the appliance knows exactly one. */
  @IsOptional()
  @IsString({
    message: 'Write in "pairing" its id or the name of the other site\'s server, or leave it out.',
  })
  pairing?: string | null;

  /** A vCenter guid or a site name: home for all plans of the site. Absent = each plan's protected site when first seen. */
  @IsOptional()
  @IsString({ message: 'Write in "home" a vCenter guid or a site name, or leave it out.' })
  home?: string | null;

  @IsDefined({ message: 'Write "auth" with type, userName, password, remoteUserName and remotePassword.' })
  @ValidateNested()
  @Type(() => SrmAuthSettings)
  auth!: SrmAuthSettings;

  @IsOptional()
  @ValidateNested()
  @Type(() => SrmTlsSettings)
  tls?: SrmTlsSettings | null;

  /** The age at which a session is replaced before its next use: its lifetime is not documented (1.4). */
  @IsOptional()
  @IsInt({ message: 'Write in "sessionMaxAgeSeconds" a whole number of seconds, 10 to 86400.' })
  @Min(10, {
    message: 'Write in "sessionMaxAgeSeconds" at least 10: every login counts against the rate limit.',
  })
  @Max(86_400, { message: 'Write in "sessionMaxAgeSeconds" at most 86400.' })
  sessionMaxAgeSeconds?: number = 280;

  @IsOptional()
  @ValidateNested({
    message: 'Write "budget" with sessionRequestsPerMinute and addressRequestsPerMinute, or leave it out.',
  })
  @Type(() => SrmBudgetSettings)
  budget?: SrmBudgetSettings | null;
}

export function limitsOf({ budget }: SrmSettings): RequestLimits {
  const { sessionRequestsPerMinute, addressRequestsPerMinute } = { ...new SrmBudgetSettings(), ...budget };
  return {
    session: { requests: sessionRequestsPerMinute ?? 50, windowSeconds: 60 },
    address: { requests: addressRequestsPerMinute ?? 100, windowSeconds: 60 },
  };
}
