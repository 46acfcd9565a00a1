import { ArrayNotEmpty, IsArray, IsIn, IsOptional, IsString, MinLength, ValidateIf } from 'class-validator';
import type { Grant } from '../../domain/access/principal.js';
import { ROLE_NAMES, type Role } from '../../domain/access/rights.js';
import { parsePublicId } from '../../domain/ids.js';

const PROVIDER = 'Write in "provider" the name of an entry of "oidc"';
const GROUP = 'Write in "group" the name of a group as tokens hold it, or "subject" instead';
const SUBJECT = 'Write in "subject" one subject as tokens hold it, or "group" instead';
const ONE_ROLE = `Write in "role" one of ${ROLE_NAMES.join(', ')}`;
const SITES = `Write in "sites" a list of site ids, or '*' for all of them, also those that come later`;
const TARGETS = `Write in "targets" a list of ids of recovery plans or protection groups, or '*' for all of the sites`;

/** One entry of `grants:`. */
export class GrantSettings {
  @IsString({ message: PROVIDER })
  provider!: string;

  @IsOptional()
  @IsString({ message: GROUP })
  @MinLength(1, { message: GROUP })
  group?: string;

  @IsOptional()
  @IsString({ message: SUBJECT })
  @MinLength(1, { message: SUBJECT })
  subject?: string;

  @IsIn(ROLE_NAMES, { message: ONE_ROLE })
  role!: Role;

  @ValidateIf(({ sites }: GrantSettings) => sites !== '*')
  @IsArray({ message: SITES })
  @ArrayNotEmpty({ message: SITES })
  @IsString({ each: true, message: SITES })
  sites!: string[] | '*';

  @ValidateIf(({ targets }: GrantSettings) => targets !== undefined && targets !== '*')
  @IsArray({ message: TARGETS })
  @ArrayNotEmpty({ message: TARGETS })
  @IsString({ each: true, message: TARGETS })
  targets?: string[] | '*';
}

/** A role for a group of an identity provider, or for one of its subjects. */
export interface TokenGrant {
  provider: string;
  /** null = of a subject. */
  group: string | null;
  /** null = of a group. */
  subject: string | null;
  grant: Grant;
}

export function tokenGrantOf({ provider, group, subject, role, sites, targets }: GrantSettings): TokenGrant {
  return {
    provider,
    group: group ?? null,
    subject: subject ?? null,
    grant: { role, sites, targets: targets ?? '*' },
  };
}

/** What is wrong with a grant, each of whose fields is right. */
export function grantFaults(
  { provider, group, subject, grant }: TokenGrant,
  place: string,
  known: { providers: readonly string[]; siteIds: readonly string[] },
): string[] {
  const faults: string[] = [];
  if (!known.providers.includes(provider)) {
    const names =
      known.providers.length > 0 ? `one of ${known.providers.join(', ')}` : 'the name of an entry of "oidc"';
    faults.push(`${place}.provider: there is no identity provider "${provider}": write ${names}.`);
  }
  if ((group === null) === (subject === null))
    faults.push(`${place}: write either "group" or "subject", to say who is granted the role.`);
  const named = grant.sites === '*' ? [] : grant.sites;
  for (const siteId of named)
    if (!known.siteIds.includes(siteId))
      faults.push(
        `${place}.sites: there is no site "${siteId}" in the sites file: write one of ${known.siteIds.join(', ')}.`,
      );
  const granted = grant.sites === '*' ? known.siteIds : grant.sites;
  for (const id of grant.targets === '*' ? [] : grant.targets) {
    const siteId = parsePublicId(id)?.siteId;
    if (siteId === undefined)
      faults.push(
        `${place}.targets: "${id}" is no id of a plan or group: write it as the gateway shows it, such as my-site.1234.`,
      );
    else if (!granted.includes(siteId))
      faults.push(
        `${place}.targets: "${id}" lies at the site "${siteId}", which the grant does not name: add it to "sites".`,
      );
  }
  return faults;
}
