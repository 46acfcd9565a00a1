import type { FastifyInstance } from 'fastify';
import {
  anything,
  flag,
  found,
  list,
  number,
  readBody,
  text,
  type Check,
} from '../engine/control-request.js';
import { resourceOf, setStatus } from './resources.js';
import { instanceOfServer, volumesOf } from './servers.js';
import { addServer, blankServer, blankVolume, removeVolume } from './side-table.js';
import type { ResourceKind } from './transitions.js';
import { byId, type Sdrs, type SdrsState, type Server, type Volume } from './world.js';

interface ById {
  Params: { id: string };
}

/** Any field of a resource, its status to any word included: `{"status":"failed-over-back"}`, `{"fault_level":"5"}`. */
export function resourceControls(app: FastifyInstance, sim: Sdrs): void {
  const paths: [string, ResourceKind][] = [
    ['groups', 'group'],
    ['instances', 'instance'],
    ['pairs', 'pair'],
    ['drills', 'drill'],
  ];
  for (const [path, kind] of paths) {
    app.patch<ById>(`/_sim/${path}/:id`, ({ params, body }) => {
      const resource = found(resourceOf(sim.state, kind, params.id), 'id', kind);
      const change = readBody(body, fieldsOf(resource));
      return Object.assign(resource, { stale: null, updated_at: sim.instant }, change);
    });
  }
  serverControls(app, sim);
  volumeControls(app, sim);
  app.get('/_sim/vpcs', () => ({ vpcs: sim.state.vpcs }));
}

/** The fields a thing of this world has, each to be set to anything. */
const fieldsOf = (thing: object): Record<string, Check<unknown>> =>
  Object.fromEntries(Object.keys(thing).map((name) => [name, anything]));

const SERVER: Record<keyof Server, Check<unknown>> = {
  id: text,
  name: text,
  availabilityZone: text,
  vpcId: text,
  powerState: text,
  flavor: text,
  nics: list(anything),
};

const VOLUME: Record<keyof Volume, Check<unknown>> = {
  id: text,
  name: text,
  size: number(),
  type: text,
  availabilityZone: text,
  status: text,
  multiattach: flag,
  bootable: flag,
  encrypted: flag,
  frozen: flag,
  locked: flag,
  attachedTo: list(text),
};

/** Servers as ECS would show them. Deleting one here is a native deletion. */
function serverControls(app: FastifyInstance, sim: Sdrs): void {
  app.get('/_sim/servers', () => ({
    servers: sim.state.servers.map((server) => serverView(sim.state, server)),
  }));

  app.post('/_sim/servers', ({ body }, reply) => {
    const newId = () => sim.random.uuid();
    const { diskSizes, ...given } = readBody(body, { ...SERVER, diskSizes: list(number()) });
    const blank = blankServer(newId(), sim.state.vpcs[0]?.id ?? '', 'eu-de-01');
    const server = { ...blank, ...(given as Partial<Server>) };
    void reply.code(201);
    return serverView(sim.state, addServer(sim.state, server, diskSizes ?? [40], newId));
  });

  app.patch<ById>('/_sim/servers/:id', ({ params, body }) => {
    const server = found(byId(sim.state.servers, params.id), 'id', 'server');
    return Object.assign(server, readBody(body, SERVER));
  });

  app.delete<ById>('/_sim/servers/:id', ({ params }, reply) => {
    const instance = instanceOfServer(sim.state, params.id);
    if (instance) setStatus(sim, instance, 'invalid');
    sim.state.servers = sim.state.servers.filter((server) => server.id !== params.id);
    return reply.code(204).send();
  });
}

/** Disks as EVS would show them. */
function volumeControls(app: FastifyInstance, sim: Sdrs): void {
  app.get('/_sim/volumes', () => ({ volumes: sim.state.volumes }));

  app.post('/_sim/volumes', ({ body }, reply) => {
    const given = readBody(body, VOLUME) as Partial<Volume>;
    const volume = { ...blankVolume(sim.random.uuid(), 'eu-de-01'), ...given };
    sim.state.volumes.push(volume);
    void reply.code(201);
    return volume;
  });

  app.patch<ById>('/_sim/volumes/:id', ({ params, body }) => {
    const volume = found(byId(sim.state.volumes, params.id), 'id', 'volume');
    return Object.assign(volume, readBody(body, VOLUME));
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
