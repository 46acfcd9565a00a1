import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  Min,
} from 'class-validator';
import { APPROVAL_VALID_MINUTES, type ApprovalRule } from '../../domain/access/approval-policy.js';
import { DR_ACTIONS, type DrAction } from '../../domain/dr-action.js';
import { parsePublicId } from '../../domain/ids.js';

const SITES = 'Write under "sites" a list of ids of sites; leave it out for all';
const TARGETS = 'Write under "targets" a list of public ids of plans or groups; leave it out for all';
const ACTIONS = `Write under "actions" a list of actions, such as FAILOVER; leave it out for whatever moves a workload`;
const MINUTES = 'Write under "validMinutes" a whole number from 1 to 1440; 15 without it';

/** One rule under "approvals": for what a second person is needed. */
export class ApprovalSettings {
  @IsOptional()
  @IsArray({ message: SITES })
  @ArrayMinSize(1, { message: SITES })
  @ArrayMaxSize(1_000, { message: SITES })
  @IsString({ each: true, message: SITES })
  sites?: string[];

  @IsOptional()
  @IsArray({ message: TARGETS })
  @ArrayMinSize(1, { message: TARGETS })
  @ArrayMaxSize(1_000, { message: TARGETS })
  @IsString({ each: true, message: TARGETS })
  targets?: string[];

  @IsOptional()
  @IsArray({ message: ACTIONS })
  @ArrayMinSize(1, { message: ACTIONS })
  @ArrayMaxSize(DR_ACTIONS.length, { message: ACTIONS })
  @IsIn(DR_ACTIONS, { each: true, message: `${ACTIONS} (known are ${DR_ACTIONS.join(', ')})` })
  actions?: DrAction[];

  @IsOptional()
  @IsInt({ message: MINUTES })
  @Min(1, { message: MINUTES })
  @Max(1_440, { message: MINUTES })
  validMinutes?: number;
}

/** A rule that names what is not there would guard nothing, and nobody would know. */
export function approvalFaults(rules: readonly ApprovalSettings[], siteIds: readonly string[]): string[] {
  return rules.flatMap(({ sites = [], targets = [] }, at) => [
    ...sites
      .filter((siteId) => !siteIds.includes(siteId))
      .map((siteId) => `approvals[${at}].sites names ${siteId}, which the sites file does not: correct it.`),
    ...targets
      .filter((id) => !siteIds.includes(parsePublicId(id)?.siteId ?? ''))
      .map(
        (id) =>
          `approvals[${at}].targets names ${id}, which is no id of a plan or group here: copy it from a list.`,
      ),
  ]);
}

export function approvalRuleOf({ sites, targets, actions, validMinutes }: ApprovalSettings): ApprovalRule {
  return {
    sites: sites ?? '*',
    targets: targets ?? '*',
    actions: actions ?? '*',
    validMinutes: validMinutes ?? APPROVAL_VALID_MINUTES,
  };
}
