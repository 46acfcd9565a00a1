import type { FastifyInstance, FastifyReply } from 'fastify';
import { startAction } from './plan-actions.js';
import { addCallout } from './plans-work.js';
import { interruptRuns, releaseRun } from './runs.js';
import { recoverySite } from './sites.js';
import { forgetTask, taskById } from './tasks.js';
import { Refusal } from './errors.js';
import type { Action } from './transitions.js';
import { releaseWork } from './work.js';
import type { Doom, RunOptions } from './run-state.js';
import type { SiteKey, SrmSim } from './world.js';

type Body<T> = { Body: T | null };
type Named = { Params: { id: string } };

/** What a test may do to the two sites, beyond the common controls (srm reference 9). */
export function srmControls(app: FastifyInstance, sim: SrmSim): void {
  misfortunes(app, sim);
  connections(app, sim);
  surgery(app, sim);

  /** Somebody starts an action in the product's own console. */
  app.post<Body<{ planId: string; action: Action; username?: string; site?: SiteKey; options?: RunOptions }>>(
    '/_sim/console',
    (request, reply) => {
      const given = request.body;
      const plan = sim.state.plans.find((each) => each.id === given?.planId);
      if (!given || !plan) return reply.code(404).send();
      const starter = {
        site: given.site ?? recoverySite(plan),
        username: given.username ?? 'console@vsphere.local',
      };
      try {
        return { taskId: startAction(sim, plan, given.action, given.options ?? {}, starter).id };
      } catch (why) {
        if (!(why instanceof Refusal)) throw why;
        return reply.code(409).send({ message: why.message });
      }
    },
  );
}

function misfortunes(app: FastifyInstance, sim: SrmSim): void {
  app.post<Body<Partial<Doom>>>('/_sim/fail-next', (request, reply) => {
    const doom: Doom = {
      action: null,
      planId: null,
      how: 'task',
      message: 'The operation failed.',
      details: 'Simulated failure.',
      ...request.body,
    };
    sim.state.dooms.push(doom);
    return reply.code(201).send(doom);
  });
  app.delete('/_sim/fail-next', (_request, reply) => {
    sim.state.dooms = [];
    return reply.code(204).send();
  });

  /** Lets a stuck task go on. */
  app.post<Named>('/_sim/tasks/:id/release', (request, reply) => {
    const task = taskById(sim, request.params.id);
    if (!task) return reply.code(404).send();
    const plan = sim.state.plans.find((each) => each.run?.taskId === task.id);
    if (plan?.run) releaseRun(sim, plan, plan.run);
    else releaseWork(sim, task);
    return reply.code(204).send();
  });
  app.delete<Named>('/_sim/tasks/:id', (request, reply) => {
    forgetTask(sim, request.params.id);
    return reply.code(204).send();
  });

  /** The server dies during its runs; its tasks and sessions are lost unless they are to be kept. */
  app.post<Body<{ planId?: string; keepTasks?: boolean; keepSessions?: boolean }>>(
    '/_sim/server-death',
    (request) => {
      const interrupted = interruptRuns(sim, request.body?.planId ?? null);
      if (!request.body?.keepTasks) sim.state.tasks = [];
      if (!request.body?.keepSessions) sim.state.sessions = [];
      return { interrupted };
    },
  );
}

function connections(app: FastifyInstance, sim: SrmSim): void {
  app.patch<{ Params: { site: SiteKey } } & Body<{ up: boolean }>>('/_sim/sites/:site', (request, reply) => {
    const site = sim.state.sites[request.params.site] as { up: boolean } | undefined;
    if (!site) return reply.code(404).send();
    site.up = request.body?.up ?? true;
    return { up: site.up };
  });
  /** Both sites live, but cannot talk to each other. */
  app.patch<Body<{ up: boolean }>>('/_sim/link', (request) => {
    sim.state.link = request.body?.up ?? true;
    return { up: sim.state.link };
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
  app.post<Named & Body<{ action?: Action; name?: string; text?: string; position?: number }>>(
    '/_sim/plans/:id/prompts',
    (request, reply) => {
      const plan = sim.state.plans.find((each) => each.id === request.params.id);
      if (!plan) return reply.code(404).send();
      addCallout(sim.state, plan, {
        mode: request.body?.action ?? 'recovery',
        name: request.body?.name ?? 'Ask the duty officer',
        content: request.body?.text ?? 'Go on?',
        type: 'PROMPT',
        timeoutSeconds: 0,
        position: request.body?.position ?? 3,
      });
      return reply.code(201).send({ calloutId: plan.callouts.at(-1)?.id });
    },
  );

  /** Any word, also one no document knows; null = the true status again. */
  const pin = (path: string, find: (id: string) => { pinned: string | null } | undefined): void => {
    app.patch<Named & Body<{ status: string | null }>>(path, (request, reply) => {
      const target = find(request.params.id);
      return target ? pinned(target, request.body?.status ?? null) : notHere(reply);
    });
  };
  pin('/_sim/plans/:id', (id) => sim.state.plans.find((plan) => plan.id === id));
  pin('/_sim/groups/:id', (id) => sim.state.groups.find((group) => group.id === id));
  pin('/_sim/vms/:id', (id) =>
    sim.state.vms.find((vm) => Object.values(vm.ids).includes(id) || vm.name === id),
  );
}

function pinned(target: { pinned: string | null }, status: string | null): object {
  target.pinned = status;
  return { status };
}

const notHere = (reply: FastifyReply): FastifyReply => reply.code(404).send();
