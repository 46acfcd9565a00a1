import { OPERATIONS, type OperationName } from './operations.js';
import { GROUP_ACTIONS, type GroupActionName } from './transitions.js';
import type { Fate, Sdrs } from './world.js';

/** The words an action may be named by: the operation (`failover`) or as on the wire (`failover-server-group`). */
export const FATE_ACTIONS: readonly string[] = [
  ...new Set([...Object.keys(OPERATIONS), ...Object.values(GROUP_ACTIONS).map((action) => action.wire)]),
];

interface Errand {
  operation: OperationName;
  groupId: string;
}

/** Takes the first fate that a test has laid up for such a job; each strikes once. */
export function fateOf(sim: Sdrs, order: Errand): Fate | null {
  const index = sim.state.fates.findIndex((fate) => matches(fate, order));
  return index < 0 ? null : (sim.state.fates.splice(index, 1)[0] ?? null);
}

function matches(fate: Fate, order: Errand): boolean {
  const names: string[] = [order.operation];
  if (order.operation in GROUP_ACTIONS) names.push(GROUP_ACTIONS[order.operation as GroupActionName].wire);
  if (fate.action && !names.includes(fate.action)) return false;
  return !fate.groupId || fate.groupId === order.groupId;
}
