import type { DrAction, TargetType } from '../../../domain/dr-action.js';
import { meaningOf } from '../../../domain/lifecycle.js';
import type { UpstreamRun } from '../../../domain/site-survey.js';
import { srmDescriptor } from '../srm.descriptor.js';
import { isHistoryTask, isUnderWay, jobOf } from '../watching/srm.tasks.js';
import type { WirePage } from '../wire/srm.lists.js';
import { epochMsOf, textOf, timeOf, type WireGroup, type WirePlan, type WireTask } from '../wire/srm.wire.js';

/** What ended longer ago, by the appliance's clock, is left to the history. */
const TOLD_FOR_MS = 600_000;

/** What the appliance's tasks work on. */
export interface Entities {
  plans: readonly WirePlan[];
  groups: readonly WireGroup[];
}

/**
 * What is under way on plans and groups, or ended lately. A task names no user, and says in words that are not
 * documented what it does (5): the word of its plan or group comes first, and what is left in doubt stays null.
 */
export function runsOf(page: WirePage<WireTask>, entities: Entities): UpstreamRun[] {
  const planOf = new Map(entities.plans.map((plan) => [plan.id, plan]));
  const groupOf = new Map(entities.groups.map((group) => [group.id, group]));
  return page.items
    .filter((task) => isTold(task, page.upstreamMs))
    .flatMap((task): UpstreamRun[] => {
      const entity = textOf(task.entity);
      const kind = entity === null ? null : kindOf(entity, planOf.has(entity), groupOf.has(entity));
      if (entity === null || kind === null) return [];
      const status = textOf((kind === 'RECOVERY_PLAN' ? planOf : groupOf).get(entity)?.status);
      return [
        {
          jobId: task.id,
          action: actionOf(task, kind, status),
          targetType: kind,
          targetNativeId: entity,
          state: jobOf(task).state,
          requestedBy: null,
          startedTime: timeOf(task.start_time) ?? timeOf(task.queued_time),
        },
      ];
    });
}

/** Whether a page of the newest tasks reaches back to all that is told of. */
export function reachesBack({ items, total, received, upstreamMs }: WirePage<WireTask>): boolean {
  if (total !== null && received >= total) return true;
  const oldest = items.map((task) => epochMsOf(task.queued_time)).filter((ms) => ms !== null);
  return upstreamMs !== null && oldest.length > 0 && Math.min(...oldest) < upstreamMs - TOLD_FOR_MS;
}

function isTold(task: WireTask, nowMs: number | null): boolean {
  if (isHistoryTask(task)) return false;
  if (isUnderWay(task)) return true;
  const endMs = epochMsOf(task.complete_time);
  return endMs === null || nowMs === null || endMs >= nowMs - TOLD_FOR_MS;
}

/** A plan may be gone already; its id says that it was one (1.6). The form of a group's is not documented. */
function kindOf(entity: string, isPlan: boolean, isGroup: boolean): TargetType | null {
  if (isPlan || entity.startsWith('DrRecoveryRecoveryPlan:')) return 'RECOVERY_PLAN';
  return isGroup ? 'PROTECTION_GROUP' : null;
}

const PLAN_RUNS: readonly [RegExp, DrAction][] = [
  [/^(?:run )?re-?protect/i, 'REPROTECT'],
  [/^(?:run )?clean-?\s?up/i, 'CLEAN_UP_DRILL'],
  [/^(?:run )?test(?: recovery)?(?: plan)?$/i, 'START_DRILL'],
  [/^(?:run )?(?:planned |disaster |emergency )?(?:recovery|failover|migration)(?: plan)?$/i, 'FAILOVER'],
];

function actionOf(task: WireTask, kind: TargetType, status: string | null): DrAction | null {
  const words = textOf(task.description)?.trim() ?? '';
  const worded = kind === 'RECOVERY_PLAN' ? PLAN_RUNS.find(([form]) => form.test(words)) : undefined;
  if (worded !== undefined) return worded[1];
  const meaning = meaningOf(srmDescriptor.lifecycle, kind, status ?? '');
  // These words are of runs of any kind.
  const isOfAll = meaning.state === 'WAITING_FOR_INPUT' || meaning.state === 'CANCELLING';
  return isUnderWay(task) && !isOfAll ? (meaning.action ?? null) : null;
}
