/**
 * Paths below the base URL. Ids go in percent-encoded: a colon may travel raw or as %3A (1.6).
 *
 * A state-changing call is written down before the pairing is known to this process (a cancel is made
 * without asking the appliance anything), so its path holds a mark that is filled in when it is sent.
 */
const PAIRING_MARK = '/pairings/{pairing}/';
const PLANS = 'recovery-management/plans';
const GROUPS = 'protection-management/groups';

export const planPath = (planId: string, rest = ''): string =>
  `${PAIRING_MARK}${PLANS}/${encodeURIComponent(planId)}${rest}`;
export const groupPath = (groupId: string, rest = ''): string =>
  `${PAIRING_MARK}${GROUPS}/${encodeURIComponent(groupId)}${rest}`;
export const plansPath = (): string => `${PAIRING_MARK}${PLANS}`;
export const groupsPath = (): string => `${PAIRING_MARK}${GROUPS}`;
export const vmPath = (groupId: string, vmId: string, rest = ''): string =>
  groupPath(groupId, `/vms/${encodeURIComponent(vmId)}${rest}`);
export const planVmPath = (planId: string, vmId: string, rest = ''): string =>
  planPath(planId, `/vms/${encodeURIComponent(vmId)}${rest}`);
/** @param mode `test`, `recovery`, `cleanup` or `reprotect` (3.10) */
export const stepsPath = (planId: string, mode: string): string =>
  planPath(planId, `/recovery-steps/${mode}`);
export const stepPath = (planId: string, mode: string, stepId: string, rest = ''): string =>
  `${stepsPath(planId, mode)}/${encodeURIComponent(stepId)}${rest}`;
export const promptPath = (planId: string, promptId: string, rest = ''): string =>
  planPath(planId, `/recovery-steps/user-prompts/${encodeURIComponent(promptId)}${rest}`);
/** @param planId null = the runs of every plan */
export const historyPath = (planId: string | null): string =>
  planId === null
    ? `${PAIRING_MARK}recovery-management/history-reports`
    : planPath(planId, '/history-reports');
export const pairingPath = (rest: 'issues' | 'srms' | 'vcenters'): string => `${PAIRING_MARK}${rest}`;
export const serverIssuesPath = (srmId: string): string =>
  `${PAIRING_MARK}srms/${encodeURIComponent(srmId)}/issues`;
export const replicatedVmsPath = (vcenterId: string): string =>
  `${PAIRING_MARK}vcenters/${encodeURIComponent(vcenterId)}/replicated-vms`;

export function withPairing(path: string, pairingId: string): string {
  return path.replace(PAIRING_MARK, `/pairings/${encodeURIComponent(pairingId)}/`);
}

/** The segments of a path, decoded: `…/plans/{id}/actions/test` → [..., 'plans', id, 'actions', 'test']. */
export function segmentsOf(path: string): string[] {
  return path.split('/').slice(1).map(decodeURIComponent);
}

/** The plan that a call is about; null = it is not about a plan. */
export function planIdIn(path: string): string | null {
  return segmentAfter(path, 'plans');
}

/** The machine that a call is about. */
export function vmIdIn(path: string): string | null {
  return segmentAfter(path, 'vms');
}

function segmentAfter(path: string, name: string): string | null {
  const segments = segmentsOf(path);
  const at = segments.indexOf(name);
  return at < 0 ? null : (segments[at + 1] ?? null);
}

/** The word at the end of an action's path: `recovery`, `cancel`, `configure-all-vms`; null = no action. */
export function actionIn(path: string): string | null {
  const segments = segmentsOf(path);
  return segments.at(-2) === 'actions' ? (segments.at(-1) ?? null) : null;
}
