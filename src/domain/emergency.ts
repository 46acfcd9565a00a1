import type { DrAction } from './dr-action.js';

/**
 * What settles a disaster. It goes ahead of everything else that waits: in the queues, at the site and in the site's budget.
 * The cleaning up of a drill is none, although a failover may wait for it: drills end by the hundred, and failovers would
 * wait among them.
 */
const EMERGENCIES: ReadonlySet<DrAction> = new Set(['FAILOVER', 'PLANNED_FAILOVER']);

export function isEmergency(action: DrAction): boolean {
  return EMERGENCIES.has(action);
}
