import type { FastifyInstance } from 'fastify';
import { flag, found, oneOf, orNull, readBody, required, text, whole } from '../engine/control-request.js';
import { consoleControl, groupNamed, planNamed } from './console.js';
import { addCallout } from './plans-work.js';
import { awaiting } from './presets.js';
import { DOOM_HOWS } from './run-state.js';
import { finishRun, interruptRuns, releaseRun } from './runs.js';
import { hideTask, taskById, TASK_KINDS } from './tasks.js';
import { ACTIONS } from './transitions.js';
import { releaseWork } from './work.js';
import type { SiteKey, SrmSim, Task } from './world.js';

type Named = { Params: { id: string } };

/** What a test may do to the two sites, beyond the common controls (srm reference 9). */
export function srmControls(app: FastifyInstance, sim: SrmSim): void {
  misfortunes(app, sim);
  connections(app, sim);
  surgery(app, sim);
  consoleControl(app, sim);
}

const UP = { up: flag };

function misfortunes(app: FastifyInstance, sim: SrmSim): void {
  const doom = {
    action: oneOf(...Object.keys(TASK_KINDS)),
    planId: text,
    how: oneOf(...DOOM_HOWS),
    message: text,
    details: text,
  };
  app.post('/_sim/fail-next', (request, reply) =>
    reply.code(201).send(awaiting(sim, readBody(request.body, doom))),
  );
  app.delete('/_sim/fail-next', (_request, reply) => {
    sim.state.dooms = [];
    return reply.code(204).send();
  });

  const taskOf = (id: string): Task => found(taskById(sim, id), 'id', 'task');
  /** Lets a stuck task go on. */
  app.post<Named>('/_sim/tasks/:id/release', (request, reply) => {
    const task = taskOf(request.params.id);
    const plan = sim.state.plans.find((each) => each.run?.taskId === task.id);
    if (plan?.run) releaseRun(sim, plan, plan.run);
    else releaseWork(sim, task);
    return reply.code(204).send();
  });
  /** A run comes to its end at once, or to the prompt on its way. */
  app.post<Named>('/_sim/plans/:id/finish', (request, reply) => {
    finishRun(sim, planNamed(sim, request.params.id));
    return reply.code(204).send();
  });
  app.delete<Named>('/_sim/tasks/:id', (request, reply) => {
    hideTask(taskOf(request.params.id));
    return reply.code(204).send();
  });

  /** The server dies during its runs; its tasks and sessions are lost unless they are to be kept. */
  app.post('/_sim/server-death', (request) => {
    const given = readBody(request.body, { planId: text, keepTasks: flag, keepSessions: flag });
    const interrupted = interruptRuns(sim, given.planId ?? null);
    if (!given.keepTasks) sim.state.tasks = [];
    if (!given.keepSessions) sim.state.sessions = [];
    return { interrupted };
  });
}

function connections(app: FastifyInstance, sim: SrmSim): void {
  app.patch<{ Params: { site: SiteKey } }>('/_sim/sites/:site', (request) => {
    const site = oneOf('a', 'b')(request.params.site, 'site');
    const { up } = readBody(request.body, UP);
    return { up: (sim.state.sites[site].up = required(up, 'up')) };
  });
  /** Both sites live, but cannot talk to each other. */
  app.patch('/_sim/link', (request) => {
    const { up } = readBody(request.body, UP);
    return { up: (sim.state.link = required(up, 'up')) };
  });

  app.delete('/_sim/sessions', (_request, reply) => {
    sim.state.sessions = [];
    return reply.code(204).send();
  });
  app.delete('/_sim/remote-sessions', (_request, reply) => {
    for (const session of sim.state.sessions) session.remote = {};
    return reply.code(204).send();
  });
}

function surgery(app: FastifyInstance, sim: SrmSim): void {
  /** The prompt takes its place in the steps of the next run. */
  app.post<Named>('/_sim/plans/:id/prompts', (request, reply) => {
    const plan = planNamed(sim, request.params.id);
    const given = readBody(request.body, {
      action: oneOf(...ACTIONS),
      name: text,
      text,
      position: whole(),
    });
    addCallout(sim.state, plan, {
      mode: given.action ?? 'recovery',
      name: given.name ?? 'Ask the duty officer',
      content: given.text ?? 'Go on?',
      type: 'PROMPT',
      timeoutSeconds: 0,
      position: given.position ?? 3,
    });
    return reply.code(201).send({ calloutId: plan.callouts.at(-1)?.id });
  });

  /** Any word, also one no document knows; null = the true status again. */
  const pin = (path: string, what: string, find: (id: string) => { pinned: string | null } | undefined) => {
    app.patch<Named>(path, (request) => {
      const target = found(find(request.params.id), 'id', what);
      const { status } = readBody(request.body, { status: orNull(text) });
      target.pinned = required(status, 'status');
      return { status };
    });
  };
  pin('/_sim/plans/:id', 'recovery plan', (id) => planNamed(sim, id));
  pin('/_sim/groups/:id', 'protection group', (id) => groupNamed(sim, id));
  pin('/_sim/vms/:id', 'virtual machine', (id) =>
    sim.state.vms.find((vm) => Object.values(vm.ids).includes(id) || vm.name === id),
  );
}
