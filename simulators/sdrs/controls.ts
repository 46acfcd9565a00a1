import type { FastifyInstance } from 'fastify';
import { endJob } from './jobs.js';
import { OPERATIONS } from './operations.js';
import { resourceOf, setStatus } from './resources.js';
import { instanceOfServer, volumesOf } from './servers.js';
import { addServer, blankServer, blankVolume, removeVolume } from './side-table.js';
import { GROUP_ACTIONS, type ResourceKind } from './transitions.js';
import { byId, type Job, type Sdrs, type SdrsState, type Server, type Volume } from './world.js';

interface ById<Body = object> {
  Params: { id: string };
  Body: Body;
}

/** What a test may do to this service beyond the common controls. */
export function sdrsControls(app: FastifyInstance, sim: Sdrs): void {
  fateControls(app, sim);
  jobControls(app, sim);
  resourceControls(app, sim);
  sideTableControls(app, sim);

  app.post('/_sim/expire-tokens', () => {
    const alive = Object.values(sim.state.tokens).filter((token) => token.expiresAt > sim.instant);
    for (const token of alive) token.expiresAt = sim.instant;
    return { expired: alive.length };
  });
}

interface FateOrder {
  action?: string;
  groupId?: string;
  errorCode?: string;
  failReason?: string;
}

/** The next matching job fails, or never ends. No action = any job, no groupId = in any group. */
function fateControls(app: FastifyInstance, sim: Sdrs): void {
  const words = new Set<string>([
    ...Object.keys(OPERATIONS),
    ...Object.values(GROUP_ACTIONS).map((action) => action.wire),
  ]);
  for (const [path, stuck] of [
    ['/_sim/fail-next', false],
    ['/_sim/stick-next', true],
  ] as const) {
    app.post<{ Body: FateOrder | undefined }>(path, ({ body }, reply) => {
      if (body?.action && !words.has(body.action))
        return reply.code(400).send({ message: `No such action: one of ${[...words].join(', ')}` });
      sim.state.fates.push({ ...body, stuck });
      return { fates: sim.state.fates };
    });
  }
}

/** Jobs already under way: make one stuck, end it now (failed when an errorCode is given), or forget it. */
function jobControls(app: FastifyInstance, sim: Sdrs): void {
  const jobOf = (id: string): Job | undefined => sim.state.jobs.find((job) => job.job_id === id);

  app.post<ById>('/_sim/jobs/:id/stick', ({ params }, reply) => {
    if (!jobOf(params.id)) return reply.code(404).send({ message: 'No such job' });
    dropEvents(sim, params.id, ['job.begin', 'job.expire']);
    return { stuck: params.id };
  });

  app.post<ById<{ errorCode?: string; failReason?: string } | undefined>>(
    '/_sim/jobs/:id/finish',
    ({ params, body }, reply) => {
      const job = jobOf(params.id);
      if (!job) return reply.code(404).send({ message: 'No such job' });
      dropEvents(sim, params.id, ['job.expire']);
      if (body?.errorCode)
        job.failure = { error_code: body.errorCode, fail_reason: body.failReason ?? 'Ended by a test.' };
      endJob(sim, job);
      return { status: job.status };
    },
  );

  app.delete<ById>('/_sim/jobs/:id', ({ params }, reply) => {
    const job = jobOf(params.id);
    if (job) job.forgotten = true;
    return reply.code(job ? 204 : 404).send();
  });
}

function dropEvents(sim: Sdrs, jobId: string, keep: readonly string[]): void {
  sim.unschedule((event) => event.payload.job_id === jobId && !keep.includes(event.kind));
}

/** Any field of a resource, its status to any word included: `{"status":"failed-over-back"}`, `{"fault_level":"5"}`. */
function resourceControls(app: FastifyInstance, sim: Sdrs): void {
  const paths: [string, ResourceKind][] = [
    ['groups', 'group'],
    ['instances', 'instance'],
    ['pairs', 'pair'],
    ['drills', 'drill'],
  ];
  for (const [path, kind] of paths) {
    app.patch<ById>(`/_sim/${path}/:id`, ({ params, body }, reply) => {
      const resource = resourceOf(sim.state, kind, params.id);
      if (!resource) return reply.code(404).send({ message: `No such ${kind}` });
      return Object.assign(resource, { stale: null, updated_at: sim.instant }, body);
    });
  }
}

/** Servers, disks and VPCs: what ECS, EVS and VPC would show. Deleting one here is a native deletion. */
function sideTableControls(app: FastifyInstance, sim: Sdrs): void {
  app.get('/_sim/servers', () => ({
    servers: sim.state.servers.map((server) => serverView(sim.state, server)),
  }));
  app.get('/_sim/volumes', () => ({ volumes: sim.state.volumes }));
  app.get('/_sim/vpcs', () => ({ vpcs: sim.state.vpcs }));

  const newId = () => sim.random.uuid();
  app.post<{ Body: Partial<Server> & { diskSizes?: number[] } }>('/_sim/servers', ({ body }, reply) => {
    const { diskSizes, ...fields } = body;
    const server = { ...blankServer(newId(), sim.state.vpcs[0]?.id ?? '', 'eu-de-01'), ...fields };
    void reply.code(201);
    return serverView(sim.state, addServer(sim.state, server, diskSizes ?? [40], newId));
  });

  app.post<{ Body: Partial<Volume> | undefined }>('/_sim/volumes', ({ body }, reply) => {
    const volume = { ...blankVolume(newId(), 'eu-de-01'), ...body };
    sim.state.volumes.push(volume);
    void reply.code(201);
    return volume;
  });

  app.patch<ById>('/_sim/servers/:id', ({ params, body }, reply) => {
    const server = byId(sim.state.servers, params.id);
    return server ? Object.assign(server, body) : reply.code(404).send({ message: 'No such server' });
  });

  app.patch<ById>('/_sim/volumes/:id', ({ params, body }, reply) => {
    const volume = byId(sim.state.volumes, params.id);
    return volume ? Object.assign(volume, body) : reply.code(404).send({ message: 'No such volume' });
  });

  app.delete<ById>('/_sim/servers/:id', ({ params }, reply) => {
    const instance = instanceOfServer(sim.state, params.id);
    if (instance) setStatus(sim, instance, 'invalid');
    sim.state.servers = sim.state.servers.filter((server) => server.id !== params.id);
    return reply.code(204).send();
  });

  app.delete<ById>('/_sim/volumes/:id', ({ params }, reply) => {
    const pair = sim.state.pairs.find((p) => [p.productionVolume, p.drVolume].includes(params.id));
    if (pair) setStatus(sim, pair, 'invalid');
    removeVolume(sim.state, params.id);
    return reply.code(204).send();
  });
}

function serverView(state: SdrsState, server: Server): object {
  const instance = instanceOfServer(state, server.id);
  return {
    ...server,
    volumeIds: volumesOf(state, server.id).map(({ id }) => id),
    protectedInstance: instance?.id ?? null,
  };
}
