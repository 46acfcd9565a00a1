import { badRequest, Conflict, forbidden, Refusal } from './errors.js';
import { statusOf } from './plan-status.js';
import { beginRun, cancelRun } from './runs.js';
import { connected, recoverySite } from './sites.js';
import { CANCEL_FROM, PLAN_MACHINE, type Action } from './transitions.js';
import { beginRefusal } from './work.js';
import type { RunOptions } from './run-state.js';
import type { Plan, SiteKey, SrmSim, Task } from './world.js';

export interface Starter {
  site: SiteKey;
  username: string;
}

/** Starts an action, or refuses it in the way the settings ask for (srm reference 6.3). */
export function startAction(
  sim: SrmSim,
  plan: Plan,
  action: Action,
  options: RunOptions,
  { site, username }: Starter,
): Task {
  checkPrivilege(sim, action, username);
  checkSite(sim, plan, site);
  checkOptions(sim, action, options);
  const why = whyNot(sim, plan, action);
  if (!why) return beginRun(sim, plan, { action, options, username, site });
  if (sim.settings.refusalMode === 'http400') throw why;
  return beginRefusal(sim, { kind: action, site, entity: plan.id, entityName: plan.name }, why);
}

export function cancelAction(sim: SrmSim, plan: Plan, { site, username }: Starter): void {
  checkPrivilege(sim, 'cancel', username);
  checkSite(sim, plan, site);
  const status = statusOf(sim.state, plan);
  if (!(CANCEL_FROM as readonly string[]).includes(status)) {
    throw new Conflict('WrongPlanState', `Plan '${plan.name}' in state ${status} has nothing to cancel.`);
  }
  sim.executed('cancel', plan.id);
  if (plan.run) cancelRun(sim, plan);
  else endPinned(plan);
}

/** A status that only a test has set ends as the run it stands for would. */
function endPinned(plan: Plan): void {
  const movement = Object.values(PLAN_MACHINE).find(({ running }) => running === plan.pinned);
  if (!movement) return;
  plan.pinned = null;
  plan.status = movement.cancellable ? movement.ends.cancelled : movement.ends.succeeded;
}

function whyNot(sim: SrmSim, plan: Plan, action: Action): Conflict | null {
  const status = statusOf(sim.state, plan);
  if ((PLAN_MACHINE[action].from as readonly string[]).includes(status)) return null;
  const allowed = PLAN_MACHINE[action].from.join(', ');
  return new Conflict(
    'WrongPlanState',
    `Plan '${plan.name}' is in state ${status}; ${action} may start from: ${allowed}.`,
  );
}

/** With the sites cut off, only the appliance of the recovery site can run a plan (1.5, 4.6). */
function checkSite(sim: SrmSim, plan: Plan, here: SiteKey): void {
  if (connected(sim.state) || recoverySite(plan) === here) return;
  throw new Refusal(
    sim.settings.remoteDownStatus,
    'ConnectionDownFault',
    `The recovery site of plan '${plan.name}' cannot be reached.`,
  );
}

function checkOptions(sim: SrmSim, action: Action, options: RunOptions): void {
  if (action !== 'recovery') return;
  if (options.migrate_eligible_vms && !options.planned_failover) {
    throw badRequest('migrate_eligible_vms is for a planned failover only.');
  }
  const skips = options.skip_protection_site_operations && !options.planned_failover;
  if (skips && !sim.settings.forceRecovery) {
    throw badRequest('skip_protection_site_operations needs the advanced setting recovery.forceRecovery.');
  }
}

/** A console user without an account here may do everything. */
function checkPrivilege(sim: SrmSim, action: string, username: string): void {
  const accounts = Object.values(sim.settings.accounts).flat();
  const account = accounts.find((each) => each.username === username);
  if (account?.denied?.includes(action)) throw forbidden(`${username} has no privilege for ${action}.`);
}
