import { moref, nextNumber } from './ids.js';
import type { HistoryRecord, Plan, World } from './world.js';

/** A little more than a day, so that they stand at every hour of it. */
const EVERY_MS = 109_020_000;
const SHORTEST_MS = 45_000;
const MORE_EACH_MS = 7_000;

const RETIRED = { name: 'retired-plan', uuid: '5a0f3f0e-1d0a-4a31-8a1b-3c7f0f6f2b99' };
const USERS = ['ops@vsphere.local', 'VSPHERE.LOCAL\\dr-team', 'auditor@vsphere.local'];
/** A test is cleaned up and a recovery reprotected, so that every plan is where it was. */
const STORY: readonly [plan: string, operation: HistoryRecord['operation']][] = [
  ['erp-plan', 'TEST'],
  ['erp-plan', 'CLEANUP'],
  ['web-plan', 'TEST'],
  ['web-plan', 'CLEANUP'],
  ['campus-plan', 'FAILOVER'],
  ['campus-plan', 'REPROTECT'],
  [RETIRED.name, 'TEST'],
  [RETIRED.name, 'CLEANUP'],
];

/** Runs that had ended before this world began; those of a plan that is no more among them. */
export function addPastRuns(world: World, count: number, now: number, siteId: string): void {
  for (let ago = count; ago >= 1; ago -= 1) {
    const index = count - ago;
    const [planName, operation] = STORY[index % STORY.length] as (typeof STORY)[number];
    const plan: Pick<Plan, 'id'> | undefined = world.plans.find(({ name }) => name === planName);
    const startedAt = now - ago * EVERY_MS;
    world.history.push({
      planId: plan?.id ?? moref('DrRecoveryRecoveryPlan', RETIRED.uuid, siteId),
      planName,
      username: USERS[index % USERS.length] as string,
      operation,
      startedAt,
      endedAt: startedAt + SHORTEST_MS + (index % 9) * MORE_EACH_MS,
      runKey: nextNumber(world),
      ...endOf(index),
    });
  }
}

function endOf(index: number): Pick<HistoryRecord, 'result' | 'errors' | 'warnings'> {
  if (index % 11 === 10) return { result: 'ERRORS', errors: ['A VM could not be powered on.'], warnings: [] };
  if (index % 13 === 12) return { result: 'CANCELLED', errors: [], warnings: [] };
  if (index % 5 === 4) return { result: 'WARNINGS', errors: [], warnings: ['VMware Tools did not answer.'] };
  return { result: 'SUCCESS', errors: [], warnings: [] };
}
