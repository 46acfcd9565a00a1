import { cancelAction, startAction } from './plan-actions.js';
import { namedPlan } from './plans.routes.js';
import { flag, optional, spec } from './specs.js';
import { accepted, nothing, PLANS, type Call, type Surface } from './surface.js';
import type { Action } from './transitions.js';
import type { RunOptions } from './run-state.js';

const given = optional(flag);

const BODIES: Record<Action, (body: unknown) => Record<string, boolean | null>> = {
  test: spec({ sync_data: given }),
  cleanup: spec({ forced: given }),
  recovery: spec({
    planned_failover: given,
    sync_data: given,
    migrate_eligible_vms: given,
    skip_protection_site_operations: given,
  }),
  reprotect: spec({ forced: given }),
};

/** The bodies are required, though `{}` is legal; an absent flag counts as false (srm reference 4.1). */
export function planActionRoutes(on: Surface): void {
  on.post(`${PLANS}/:plan_id/actions/test`, 'ED', (call) => run(call, 'test'));
  on.post(`${PLANS}/:plan_id/actions/cleanup`, 'ED', (call) => run(call, 'cleanup'));
  on.post(`${PLANS}/:plan_id/actions/recovery`, 'ED', (call) => run(call, 'recovery'));
  on.post(`${PLANS}/:plan_id/actions/reprotect`, 'EE', (call) => run(call, 'reprotect'));
  on.post(`${PLANS}/:plan_id/actions/cancel`, 'ED', (call) => {
    cancelAction(call.sim, namedPlan(call), starter(call));
    return nothing();
  });
}

function run(call: Call, action: Action) {
  const plan = namedPlan(call);
  const flags = Object.entries(BODIES[action](call.body)).map(([name, value]) => [name, value === true]);
  const options = Object.fromEntries(flags) as RunOptions;
  return accepted(call, startAction(call.sim, plan, action, options, starter(call)));
}

const starter = ({ here, session }: Call) => ({ site: here, username: session.username });
