import { Refusal } from './errors.js';
import { startJob } from './jobs.js';
import { groupOf, requireGroup, serverOf } from './lookups.js';
import { operationOf } from './operations.js';
import { newInstance, type InstanceOrder } from './protection.js';
import { instanceOfServer, ipInUse, subnetIn, volumesOf } from './servers.js';
import {
  checkTenancy,
  descriptionIn,
  isFields,
  nameIn,
  optionalId,
  optionalIp,
  optionalText,
  tagsOf,
  unwrap,
  type Fields,
} from './validation.js';
import { volumeIds } from './views.js';
import {
  instancesOf,
  pairsAttachedTo,
  productionZone,
  type Group,
  type Instance,
  type Sdrs,
  type Server,
  type Tag,
} from './world.js';

/** GPU, FPGA, C6, C9, S9, I9, M9 and Kunpeng servers cannot be protected (3.4; 1353, 1356). */
export const UNSUPPORTED_FLAVOR = /^(g\d|p\d|pi\d|fp\d|c6|c9|s9|i9|m9|k[a-z]?\d)/;
const TAGS_AT_CREATION = 10;

export function createInstance(sim: Sdrs, body: unknown): object {
  const fields = unwrap(body, 'protected_instance');
  const order: InstanceOrder = {
    name: nameIn(fields),
    ...sharedFields(fields),
    ...flavorIn(fields),
    ...addressIn(fields),
  };
  const group = groupOf(sim, fields.server_group_id);
  requireGroup(group, 'change');
  const server = serverOf(sim, fields.server_id, group.vpc_id, productionZone(group));
  requireServer(sim, group, server);
  requireAddress(sim, group, order);
  if (volumesOf(sim.state, server.id).some((volume) => volume.multiattach)) throw new Refusal('1408');
  requireRoom(sim, group, [server]);

  const instance = make(sim, group, server, order);
  return startJob(sim, {
    operation: 'create-protected-instance',
    groupId: group.id,
    targets: targetsOf(sim, instance),
    entities: { protected_instance_id: instance.id, native_server_id: standbyOf(instance, server) },
    subJobs: pairsAttachedTo(sim.state, instance.id).map((pair) => ({
      jobType: operationOf('create-replication').jobType,
      entities: { replication_pair_id: pair.id, volume_ids: volumeIds(pair) },
    })),
  });
}

/** The Huawei-only batch: one job whose sub jobs create one instance each, named prefix-0001 and on. */
export function createInstances(sim: Sdrs, body: unknown): object {
  const fields = unwrap(body, 'protected_instances');
  const prefix = nameIn(fields, 'name_prefix', 59);
  const shared = { ...sharedFields(fields), ...addressIn(fields) };
  const group = groupOf(sim, fields.server_group_id);
  requireGroup(group, 'change');
  const wanted = fields.servers;
  if (!Array.isArray(wanted) || wanted.length === 0) throw new Refusal('0201');
  if (wanted.length > sim.settings.quotas.batchCreate) throw new Refusal('1362');
  const servers = wanted.map((entry) => {
    const item: Fields = isFields(entry) ? entry : {};
    const server = serverOf(sim, item.server_id, group.vpc_id, productionZone(group));
    requireServer(sim, group, server);
    return { server, ...flavorIn(item) };
  });
  const ids = servers.map(({ server }) => server.id);
  if (new Set(ids).size < ids.length) throw new Refusal('1361');
  for (const id of ids)
    if (volumesOf(sim.state, id).some((volume) => !volume.attachedTo.every((other) => ids.includes(other))))
      throw new Refusal('1408');
  requireAddress(sim, group, shared);
  requireRoom(
    sim,
    group,
    servers.map(({ server }) => server),
  );

  const instances = servers.map(({ server, flavor }, index) =>
    make(sim, group, server, { name: `${prefix}-${String(index + 1).padStart(4, '0')}`, ...shared, flavor }),
  );
  return startJob(sim, {
    operation: 'batch-create-protected-instances',
    groupId: group.id,
    targets: instances.flatMap((instance) => targetsOf(sim, instance)),
    entities: {},
    subJobs: instances.map((instance) => ({
      jobType: operationOf('create-protected-instance').jobType,
      entities: { protected_instance_id: instance.id },
    })),
  });
}

function make(sim: Sdrs, group: Group, server: Server, order: InstanceOrder): Instance {
  return newInstance({ state: sim.state, random: sim.random, at: sim.instant }, group, server, order);
}

function targetsOf(sim: Sdrs, instance: Instance) {
  return [
    { kind: 'instance' as const, id: instance.id },
    ...pairsAttachedTo(sim.state, instance.id).map(({ id }) => ({ kind: 'pair' as const, id })),
  ];
}

function standbyOf(instance: Instance, production: Server): string {
  return instance.source_server === production.id ? instance.target_server : instance.source_server;
}

function sharedFields(fields: Fields): { description: string | null; tags: Tag[] } {
  checkTenancy(fields);
  optionalId(fields.cluster_id, '0218');
  const tags = tagsOf(fields.tags);
  if (tags.length > TAGS_AT_CREATION) throw new Refusal('2203');
  return { description: descriptionIn(fields), tags };
}

function flavorIn(fields: Fields): { flavor: string | null } {
  const flavor = optionalText(fields.flavorRef, '1353');
  if (flavor !== null && UNSUPPORTED_FLAVOR.test(flavor)) throw new Refusal('1353');
  return { flavor };
}

function addressIn(fields: Fields): { subnetId: string | null; ipAddress: string | null } {
  const subnetId = optionalId(fields.primary_subnet_id, '1335');
  const ipAddress = optionalIp(fields.primary_ip_address);
  if (ipAddress !== null && subnetId === null) throw new Refusal('1380');
  return { subnetId, ipAddress };
}

function requireAddress(
  sim: Sdrs,
  group: Group,
  address: { subnetId: string | null; ipAddress: string | null },
): void {
  const { subnetId, ipAddress } = address;
  if (subnetId !== null && !sim.settings.acceptUnknownServers && !subnetIn(sim.state, group.vpc_id, subnetId))
    throw new Refusal('1335');
  if (ipAddress !== null && ipInUse(sim.state, ipAddress)) throw new Refusal('1334');
}

function requireServer(sim: Sdrs, group: Group, server: Server): void {
  if (instanceOfServer(sim.state, server.id)) throw new Refusal('1305');
  if (server.vpcId !== group.vpc_id) throw new Refusal('1304');
  if (server.availabilityZone !== productionZone(group)) throw new Refusal('1303');
  if (!['ACTIVE', 'SHUTOFF'].includes(server.powerState)) throw new Refusal('1333');
  if (UNSUPPORTED_FLAVOR.test(server.flavor)) throw new Refusal('1356');
  if (!volumesOf(sim.state, server.id).some((volume) => volume.bootable)) throw new Refusal('1339');
}

/** One instance for each server, and one pair for each of its disks. */
function requireRoom(sim: Sdrs, group: Group, servers: readonly Server[]): void {
  const { quotas } = sim.settings;
  const pairs = servers.flatMap((server) => volumesOf(sim.state, server.id)).length;
  if (instancesOf(sim.state, group.id).length + servers.length > quotas.instancesPerGroup)
    throw new Refusal('1358');
  if (sim.state.pairs.length + pairs > quotas.replications) throw new Refusal('0306');
}
