import type { FastifyInstance } from 'fastify';
import { Refusal } from './errors.js';
import { UNSUPPORTED_FLAVOR } from './instance-creation.js';
import { startJob, type JobOrder } from './jobs.js';
import { groupOf, instanceOf, requireGroup, requireStatus } from './lookups.js';
import { freeIp, ipInUse, isStopped, productionServerOf, standbyServerOf, subnetIn } from './servers.js';
import { idOf, isFields, optionalId, optionalIp, optionalText, unwrap, type Fields } from './validation.js';
import { byId, type Instance, type Nic, type Sdrs } from './world.js';

const MOST_NICS = 12;

interface ById {
  Params: { protected_instance_id: string };
  Body: unknown;
}

/** NICs and flavors of a protected instance (3.4). The NIC bodies have no outer key. */
export function hardwareRoutes(app: FastifyInstance, sim: Sdrs): void {
  app.post<ById>('/protected-instances/:protected_instance_id/nic', ({ params, body }) =>
    addNic(sim, instanceOf(sim, params.protected_instance_id), body),
  );
  app.post<ById>('/protected-instances/:protected_instance_id/nic/delete', ({ params, body }) =>
    deleteNic(sim, instanceOf(sim, params.protected_instance_id), body),
  );
  app.post<ById>('/protected-instances/:protected_instance_id/resize', ({ params, body }) =>
    resize(sim, instanceOf(sim, params.protected_instance_id), body),
  );
}

function addNic(sim: Sdrs, instance: Instance, body: unknown): object {
  if (!isFields(body)) throw new Refusal('0201');
  const subnetId = idOf(body.subnet_id, '1335');
  const ipAddress = optionalIp(body.ip_address);
  checkSecurityGroups(body.security_groups);
  const group = groupOf(sim, instance.server_group_id);
  requireGroup(group, 'change');
  requireStatus('add-nic', instance);
  const subnet = subnetIn(sim.state, group.vpc_id, subnetId);
  if (!subnet && !sim.settings.acceptUnknownServers) throw new Refusal('1335');
  if (ipAddress !== null && ipInUse(sim.state, ipAddress)) throw new Refusal('1334');
  if (nicsOf(sim, instance).length >= MOST_NICS) throw new Refusal('1340');
  const nic: Nic = {
    id: sim.random.uuid(),
    subnetId,
    ipAddress: ipAddress ?? freeIp(sim.state, subnet?.cidr ?? '10.0.0.0/24'),
    primary: false,
  };
  return startJob(sim, nicJob('add-nic', instance, nic));
}

function checkSecurityGroups(value: unknown): void {
  if (value === undefined || value === null) return;
  if (!Array.isArray(value)) throw new Refusal('0201');
  for (const entry of value) idOf(isFields(entry) ? entry.id : undefined, '0201');
}

function deleteNic(sim: Sdrs, instance: Instance, body: unknown): object {
  const id = idOf(isFields(body) ? body.nic_id : undefined, '0223');
  requireGroup(groupOf(sim, instance.server_group_id), 'change');
  requireStatus('delete-nic', instance);
  const nic = byId(nicsOf(sim, instance), id);
  if (!nic) throw new Refusal('1310');
  if (nic.primary) throw new Refusal('1311');
  return startJob(sim, nicJob('delete-nic', instance, nic));
}

function nicJob(operation: 'add-nic' | 'delete-nic', instance: Instance, nic: Nic): JobOrder {
  return {
    operation,
    groupId: instance.server_group_id,
    targets: [{ kind: 'instance', id: instance.id }],
    entities: { nic_id: nic.id },
    details: { nic },
  };
}

function nicsOf(sim: Sdrs, instance: Instance): Nic[] {
  const group = groupOf(sim, instance.server_group_id);
  return byId(sim.state.servers, productionServerOf(instance, group))?.nics ?? [];
}

/** `flavorRef` sets both sides and overrides the two single ones. */
function resize(sim: Sdrs, instance: Instance, body: unknown): object {
  const fields = unwrap(body, 'resize');
  for (const key of ['production_dedicated_host_id', 'dr_dedicated_host_id']) optionalId(fields[key], '0227');
  const group = groupOf(sim, instance.server_group_id);
  requireGroup(group, 'change');
  requireStatus('resize-protected-instance', instance);
  const production = flavorFor(
    sim,
    fields,
    'production_flavorRef',
    productionServerOf(instance, group),
    '1356',
  );
  const dr = flavorFor(sim, fields, 'dr_flavorRef', standbyServerOf(instance, group), '1353');
  if (production === undefined && dr === undefined) throw new Refusal('1341');
  return startJob(sim, {
    operation: 'resize-protected-instance',
    groupId: group.id,
    targets: [{ kind: 'instance', id: instance.id }],
    entities: { protected_instance_id: instance.id },
    details: { productionFlavor: production, drFlavor: dr },
  });
}

function flavorFor(sim: Sdrs, fields: Fields, key: string, serverId: string, unsupported: string) {
  const flavor = optionalText(fields.flavorRef, '1341') ?? optionalText(fields[key], '1341');
  if (flavor === null) return undefined;
  if (UNSUPPORTED_FLAVOR.test(flavor)) throw new Refusal(unsupported);
  if (byId(sim.state.servers, serverId)?.flavor === flavor) throw new Refusal('1341');
  if (sim.settings.requireServersStopped && !isStopped(sim.state, serverId)) throw new Refusal('1316');
  return flavor;
}
