import type { FastifyInstance } from 'fastify';
import { found, oneOf, readBody, text } from '../engine/control-request.js';
import { consoleControl } from './console.js';
import { FATE_ACTIONS } from './fates.js';
import { endJob } from './jobs.js';
import { expireTokens } from './presets.js';
import { resourceControls } from './resource-controls.js';
import type { Job, Sdrs } from './world.js';

interface ById {
  Params: { id: string };
}

/** What a test may do to this service beyond the common controls. */
export function sdrsControls(app: FastifyInstance, sim: Sdrs): void {
  fateControls(app, sim);
  jobControls(app, sim);
  consoleControl(app, sim);
  resourceControls(app, sim);
  app.post('/_sim/expire-tokens', () => expireTokens(sim));
}

/** The next matching job fails, or never ends. No action = any job, no groupId = in any group. */
function fateControls(app: FastifyInstance, sim: Sdrs): void {
  const order = { action: oneOf(...FATE_ACTIONS), groupId: text };
  app.post('/_sim/fail-next', ({ body }) => {
    const failure = readBody(body, { ...order, errorCode: text, failReason: text });
    sim.state.fates.push({ ...failure, stuck: false });
    return { fates: sim.state.fates };
  });
  app.post('/_sim/stick-next', ({ body }) => {
    sim.state.fates.push({ ...readBody(body, order), stuck: true });
    return { fates: sim.state.fates };
  });
  app.delete('/_sim/fail-next', (_request, reply) => {
    sim.state.fates = [];
    return reply.code(204).send();
  });
}

/** Jobs already under way: make one stuck, end it now (failed when an errorCode is given), or forget it. */
function jobControls(app: FastifyInstance, sim: Sdrs): void {
  const jobOf = (id: string): Job =>
    found(
      sim.state.jobs.find((job) => job.job_id === id),
      'id',
      'job',
    );

  app.post<ById>('/_sim/jobs/:id/stick', ({ params }) => {
    dropEvents(sim, jobOf(params.id), ['job.begin', 'job.expire']);
    return { stuck: params.id };
  });

  app.post<ById>('/_sim/jobs/:id/finish', ({ params, body }) => {
    const job = jobOf(params.id);
    const { errorCode, failReason } = readBody(body, { errorCode: text, failReason: text });
    dropEvents(sim, job, ['job.expire']);
    if (errorCode !== undefined)
      job.failure = { error_code: errorCode, fail_reason: failReason ?? 'Ended by a test.' };
    endJob(sim, job);
    return { status: job.status };
  });

  app.delete<ById>('/_sim/jobs/:id', ({ params }, reply) => {
    jobOf(params.id).forgotten = true;
    return reply.code(204).send();
  });
}

function dropEvents(sim: Sdrs, job: Job, keep: readonly string[]): void {
  sim.unschedule((event) => event.payload.job_id === job.job_id && !keep.includes(event.kind));
}
