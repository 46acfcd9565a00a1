import type { DrAction } from '../dr-action.js';
import { movesWorkload } from './rights.js';

/** For what a second person is needed. */
export interface ApprovalRule {
  /** Ids of sites; `*` = all. */
  sites: readonly string[] | '*';
  /** Public ids of plans or groups; `*` = whatever is there. A run is meant by any group that it touches. */
  targets: readonly string[] | '*';
  /** `*` = whatever moves a workload. */
  actions: readonly DrAction[] | '*';
  /** For how long an approval may be given and used, from when it is asked for. */
  validMinutes: number;
}

export const APPROVAL_VALID_MINUTES = 15;

/** Every rule that fits holds: one that fits is enough, and the shortest time counts. Nobody is exempt by a rule. */
export class ApprovalPolicy {
  constructor(private readonly rules: readonly ApprovalRule[]) {}

  /** Whether any target there could need one: without it nothing has to be looked at. */
  mayConcern(siteId: string, action: DrAction): boolean {
    return this.rules.some((rule) => isOf(rule, siteId, action));
  }

  /**
   * Minutes for which an approval holds; null = none is needed.
   * @param targetIds public ids of what the action is about and of every group that it touches
   */
  validMinutes(siteId: string, action: DrAction, targetIds: readonly string[]): number | null {
    const minutes = this.rules
      .filter((rule) => isOf(rule, siteId, action))
      .filter(({ targets }) => targets === '*' || targetIds.some((id) => targets.includes(id)))
      .map(({ validMinutes }) => validMinutes);
    return minutes.length === 0 ? null : Math.min(...minutes);
  }
}

function isOf({ sites, actions }: ApprovalRule, siteId: string, action: DrAction): boolean {
  const ofSite = sites === '*' || sites.includes(siteId);
  return ofSite && (actions === '*' ? movesWorkload(action) : actions.includes(action));
}
