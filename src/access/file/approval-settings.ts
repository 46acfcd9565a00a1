import {
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { APPROVAL_VALID_MINUTES, type ApprovalRule } from '../../domain/access/approval-policy.js';
import { DR_ACTIONS, type DrAction } from '../../domain/dr-action.js';
import { parsePublicId } from '../../domain/ids.js';

const SITES = `Write in "sites" a list of site ids, or '*' for all of them, also those that come later`;
const TARGETS = `Write in "targets" a list of ids of recovery plans or protection groups, or '*' for all of the sites`;
const ACTIONS = `Write in "actions" a list of actions such as FAILOVER, or '*' for whatever moves a workload`;
const MINUTES = 'Write in "validMinutes" a whole number from 1 to 1440';

/** One entry of `approvals:`: what needs a second person. */
export class ApprovalSettings {
  @ValidateIf(({ sites }: ApprovalSettings) => sites !== '*')
  @IsArray({ message: SITES })
  @ArrayNotEmpty({ message: SITES })
  @IsString({ each: true, message: SITES })
  sites!: string[] | '*';

  @ValidateIf(({ targets }: ApprovalSettings) => targets !== undefined && targets !== '*')
  @IsArray({ message: TARGETS })
  @ArrayNotEmpty({ message: TARGETS })
  @IsString({ each: true, message: TARGETS })
  targets?: string[] | '*';

  @ValidateIf(({ actions }: ApprovalSettings) => actions !== undefined && actions !== '*')
  @IsArray({ message: ACTIONS })
  @ArrayNotEmpty({ message: ACTIONS })
  @IsIn(DR_ACTIONS, { each: true, message: ACTIONS })
  actions?: DrAction[] | '*';

  @IsOptional()
  @IsInt({ message: MINUTES })
  @Min(1, { message: MINUTES })
  @Max(1_440, { message: MINUTES })
  validMinutes?: number;
}

export function approvalRuleOf({ sites, targets, actions, validMinutes }: ApprovalSettings): ApprovalRule {
  return {
    sites,
    targets: targets ?? '*',
    actions: actions ?? '*',
    validMinutes: validMinutes ?? APPROVAL_VALID_MINUTES,
  };
}

/** A rule that names what cannot be there would guard nothing, and nobody would know. */
export function approvalFaults(
  { sites, targets }: ApprovalRule,
  place: string,
  siteIds: readonly string[],
): string[] {
  const named = sites === '*' ? siteIds : sites;
  const strangers = named.filter((siteId) => !siteIds.includes(siteId));
  const misplaced =
    targets === '*' ? [] : targets.filter((id) => !named.includes(parsePublicId(id)?.siteId ?? ''));
  return [
    ...strangers.map(
      (siteId) =>
        `${place}.sites: there is no site "${siteId}" in the sites file: write one of ${siteIds.join(', ')}.`,
    ),
    ...misplaced.map(
      (id) =>
        `${place}.targets: "${id}" is no id of a plan or group of the sites that the rule names: write it as the gateway shows it, such as my-site.1234.`,
    ),
  ];
}
