import type { FastifyInstance } from 'fastify';
import { found, oneOf, readBody, required, text } from '../engine/control-request.js';
import { createDrill, deleteDrill } from './drills.routes.js';
import { Refusal } from './errors.js';
import { actOnGroup } from './group-actions.js';
import { deleteGroup } from './groups.routes.js';
import { GROUP_ACTIONS } from './transitions.js';
import { drillsOf, type Group, type Sdrs, type Station } from './world.js';

interface Wish {
  priorityStation: Station | undefined;
  drillName: string | undefined;
}

type Begin = (sim: Sdrs, group: Group, wish: Wish) => { job_id: string };

/** By their names in the tables, and group actions also by those on the wire. */
const BEGINNINGS: Record<string, Begin> = {
  ...Object.fromEntries(
    Object.entries(GROUP_ACTIONS).flatMap(([name, { wire }]) => [
      [name, groupAction(wire)],
      [wire, groupAction(wire)],
    ]),
  ),
  'delete-server-group': (sim, group) => deleteGroup(sim, group),
  'create-drill': (sim, group, { drillName }) =>
    createDrill(sim, {
      disaster_recovery_drill: { server_group_id: group.id, name: drillName ?? `${group.name}-drill` },
    }),
  'delete-drill': (sim, group) => deleteDrill(sim, found(drillsOf(sim.state, group.id)[0], 'group', 'drill')),
};

const ORDER = {
  group: text,
  action: oneOf(...Object.keys(BEGINNINGS)),
  priorityStation: oneOf('source', 'target'),
  drillName: text,
};

/** Somebody starts an action in the vendor's console: no credentials, but the same rules. */
export function consoleControl(app: FastifyInstance, sim: Sdrs): void {
  app.post('/_sim/console', (request, reply) => {
    const { group, action, priorityStation, drillName } = readBody(request.body, ORDER);
    const named = namedGroup(sim, required(group, 'group'));
    const begin = found(BEGINNINGS[required(action, 'action')], 'action', 'action');
    try {
      return sim.console(() => ({ jobId: begin(sim, named, { priorityStation, drillName }).job_id }));
    } catch (why) {
      if (!(why instanceof Refusal)) throw why;
      return reply.code(409).send({ message: why.message, code: why.code });
    }
  });
}

function groupAction(wire: string): Begin {
  return (sim, group, { priorityStation: station }) =>
    actOnGroup(sim, group, { [wire]: station === undefined ? {} : { priority_station: station } });
}

/** By its id, or by its name. */
function namedGroup(sim: Sdrs, named: string): Group {
  const group = sim.state.groups.find(({ id, name }) => id === named || name === named);
  return found(group, 'group', 'protection group');
}
