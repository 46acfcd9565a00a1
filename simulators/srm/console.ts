import type { FastifyInstance } from 'fastify';
import { ControlRefusal, flag, found, oneOf, readBody, required, text } from '../engine/control-request.js';
import { Refusal } from './errors.js';
import { protectAll, unprotectAll } from './group-vms.routes.js';
import { cancelAction, startAction } from './plan-actions.js';
import { recoverySite } from './sites.js';
import { ACTIONS, type Action } from './transitions.js';
import type { Group, Plan, SiteKey, SrmSim } from './world.js';

const GROUP_ACTIONS = ['protect', 'unprotect'] as const;

const RUN_OPTIONS = {
  forced: flag,
  planned_failover: flag,
  sync_data: flag,
  skip_protection_site_operations: flag,
  migrate_eligible_vms: flag,
};

const ORDER = {
  planId: text,
  plan: text,
  group: text,
  action: oneOf(...ACTIONS, 'cancel', ...GROUP_ACTIONS),
  username: text,
  site: oneOf('a', 'b'),
  options: (value: unknown) => readBody(value, RUN_OPTIONS),
};

type Order = ReturnType<typeof readOrder>;

/** Somebody starts an action in the product's own console. */
export function consoleControl(app: FastifyInstance, sim: SrmSim): void {
  app.post('/_sim/console', (request, reply) => {
    const order = readOrder(request.body);
    try {
      return sim.console(() =>
        order.group === undefined ? actOnPlan(sim, order) : actOnGroup(sim, order, order.group),
      );
    } catch (why) {
      if (!(why instanceof Refusal)) throw why;
      return reply.code(409).send({ message: why.message });
    }
  });
}

function readOrder(body: unknown) {
  return readBody(body, ORDER);
}

function actOnPlan(sim: SrmSim, order: Order): object {
  const plan = planNamed(sim, required(order.planId ?? order.plan, 'plan'));
  const starter = {
    site: siteOf(order, recoverySite(plan)),
    username: order.username ?? 'console@vsphere.local',
  };
  const action = required(order.action, 'action');
  if (action === 'cancel') {
    cancelAction(sim, plan, starter);
    return { taskId: plan.run?.taskId ?? null };
  }
  if (!isPlanAction(action)) throw new ControlRefusal('action', `${action} is for a group.`);
  return { taskId: startAction(sim, plan, action, order.options ?? {}, starter).id };
}

/** One task for each VM of the group that it concerns. */
function actOnGroup(sim: SrmSim, order: Order, named: string): object {
  const group = groupNamed(sim, named);
  const place = { sim, world: sim.state, here: siteOf(order, group.protectedSite) };
  const action = required(order.action, 'action');
  if (action !== 'protect' && action !== 'unprotect')
    throw new ControlRefusal('action', `${action} is for a plan.`);
  const tasks = action === 'protect' ? protectAll(place, group) : unprotectAll(place, group);
  return { taskIds: tasks.map(({ id }) => id) };
}

const siteOf = (order: Order, otherwise: SiteKey): SiteKey => order.site ?? otherwise;

const isPlanAction = (action: string): action is Action => (ACTIONS as readonly string[]).includes(action);

/** By its id, or by its name. */
export const planNamed = (sim: SrmSim, named: string): Plan =>
  found(
    sim.state.plans.find(({ id, name }) => id === named || name === named),
    'plan',
    'recovery plan',
  );

export const groupNamed = (sim: SrmSim, named: string): Group =>
  found(
    sim.state.groups.find(({ id, name }) => id === named || name === named),
    'group',
    'protection group',
  );
