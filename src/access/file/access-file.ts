import 'reflect-metadata';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsOptional, ValidateNested } from 'class-validator';
import { checkedSettings } from '../../platform/config/checked-settings.js';
import { ConfigurationError, type Variables } from '../../platform/config/environment.js';
import type { ApprovalRule } from '../../domain/access/approval-policy.js';
import { readYamlFile } from '../../platform/config/yaml-file.js';
import { approvalFaults, approvalRuleOf, ApprovalSettings } from './approval-settings.js';
import { grantFaults, GrantSettings, tokenGrantOf, type TokenGrant } from './grant-settings.js';
import {
  identityProviderOf,
  IdentityProviderSettings,
  type IdentityProvider,
} from './identity-provider-settings.js';

const PROVIDERS =
  'Write under "oidc" a list of at most 20 identity providers, each with name, issuer, audience and jwksUrl';
const GRANTS =
  'Write under "grants" a list of at most 2000 grants, each with provider, group or subject, role and sites';

const APPROVALS =
  'Write under "approvals" a list of at most 1000 rules, each with sites, and targets and actions if not all are meant';

/** The whole file: a section is a field here, with a class of its own. */
class AccessFileSettings {
  @IsOptional()
  @IsArray({ message: PROVIDERS })
  @ArrayMaxSize(20, { message: PROVIDERS })
  @ValidateNested({ each: true, message: PROVIDERS })
  @Type(() => IdentityProviderSettings)
  oidc?: IdentityProviderSettings[];

  @IsOptional()
  @IsArray({ message: GRANTS })
  @ArrayMaxSize(2_000, { message: GRANTS })
  @ValidateNested({ each: true, message: GRANTS })
  @Type(() => GrantSettings)
  grants?: GrantSettings[];

  @IsOptional()
  @IsArray({ message: APPROVALS })
  @ArrayMaxSize(1_000, { message: APPROVALS })
  @ValidateNested({ each: true, message: APPROVALS })
  @Type(() => ApprovalSettings)
  approvals?: ApprovalSettings[];
}

/** Who is believed to be whom, and what they may do: ACCESS_FILE, checked. */
export class AccessFile {
  /** No file: nobody but those who hold keys. */
  static readonly NONE = new AccessFile([], []);

  constructor(
    readonly identityProviders: readonly IdentityProvider[],
    readonly grants: readonly TokenGrant[],
    /** What needs a second person. */
    readonly approvals: readonly ApprovalRule[] = [],
  ) {}
}

/**
 * Throws `ConfigurationError` with one sentence per fault, each naming the file and the place.
 * @param path null = there is none
 * @param siteIds of the sites file
 */
export function readAccessFile(
  path: string | null,
  variables: Variables,
  siteIds: readonly string[],
): AccessFile {
  if (path === null) return AccessFile.NONE;
  const document = readYamlFile(path, variables, { title: 'access file', variable: 'ACCESS_FILE' }) ?? {};
  if (typeof document !== 'object' || Array.isArray(document))
    throw new ConfigurationError([
      `${path} holds no sections: write "oidc:" and "grants:", as in access.example.yaml.`,
    ]);
  const faults: string[] = [];
  const settings = checkedSettings(AccessFileSettings, document, '', faults);
  if (faults.length === 0) faults.push(...contradictions(settings, siteIds));
  if (faults.length > 0) throw new ConfigurationError(faults.map((fault) => `${path}: ${fault}`));
  return accessOf(settings);
}

function accessOf({ oidc, grants, approvals }: AccessFileSettings): AccessFile {
  return new AccessFile(
    (oidc ?? []).map(identityProviderOf),
    (grants ?? []).map(tokenGrantOf),
    (approvals ?? []).map(approvalRuleOf),
  );
}

/** Of fields that are right one by one. */
function contradictions(settings: AccessFileSettings, siteIds: readonly string[]): string[] {
  const { identityProviders, grants, approvals } = accessOf(settings);
  const known = { providers: identityProviders.map(({ name }) => name), siteIds };
  return [
    ...twice(known.providers).map(
      (i) => `oidc[${i}].name is used twice: give each provider a name of its own.`,
    ),
    // A token is sent to the provider that its issuer names: there can be only one.
    ...twice(identityProviders.map(({ issuer }) => issuer)).map(
      (i) => `oidc[${i}].issuer is used twice: write each issuer once, with all its audiences.`,
    ),
    ...grants.flatMap((grant, i) => grantFaults(grant, `grants[${i}]`, known)),
    ...approvals.flatMap((rule, i) => approvalFaults(rule, `approvals[${i}]`, siteIds)),
  ];
}

/** Places of what was there before. */
function twice(values: readonly string[]): number[] {
  return values.flatMap((value, i) => (values.indexOf(value) < i ? [i] : []));
}
