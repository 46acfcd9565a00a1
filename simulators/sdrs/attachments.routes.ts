import type { FastifyInstance } from 'fastify';
import { Refusal } from './errors.js';
import { startJob } from './jobs.js';
import { groupOf, instanceOf, pairOf, requireGroup, requireStatus } from './lookups.js';
import { operationOf } from './operations.js';
import { isStopped, productionServerOf } from './servers.js';
import { idOf, unwrap } from './validation.js';
import { byId, pairsAttachedTo, type Instance, type Pair, type Sdrs } from './world.js';

const DEVICE = /^\/dev\/(?:s|v|xv)d([a-z]{1,2})$/;

interface ById {
  Params: { protected_instance_id: string; replication_id: string };
  Body: unknown;
}

/** Attaching pairs to instances and detaching them (3.4, 4.2, 4.3). The attach body's key is camelCase. */
export function attachmentRoutes(app: FastifyInstance, sim: Sdrs): void {
  app.post<ById>('/protected-instances/:protected_instance_id/attachreplication', ({ params, body }) =>
    attach(sim, params.protected_instance_id, body),
  );

  app.delete<ById>(
    '/protected-instances/:protected_instance_id/detachreplication/:replication_id',
    ({ params }) => detach(sim, params.protected_instance_id, params.replication_id),
  );
}

function attach(sim: Sdrs, instanceId: string, body: unknown): object {
  const fields = unwrap(body, 'replicationAttachment');
  const pairId = idOf(fields.replication_id, '0213');
  const device = deviceOf(fields.device);
  const instance = instanceOf(sim, instanceId);
  const pair = pairOf(sim, pairId);
  requireGroup(groupOf(sim, instance.server_group_id), 'change');
  if (pair.server_group_id !== instance.server_group_id) throw new Refusal('1611');
  if (!['available', 'protected'].includes(instance.status)) throw new Refusal('1328');
  requireStatus('attach-replication', pair);
  requireUnattached(sim, pair, instance);
  if (devicesOf(sim, instance).includes(device)) throw new Refusal('1603');
  return startJob(sim, {
    operation: 'attach-replication',
    groupId: instance.server_group_id,
    targets: [{ kind: 'pair', id: pair.id }],
    entities: { protected_instance_id: instance.id, replication_pair_id: pair.id },
    details: { attachment: { device, protected_instance: instance.id } },
  });
}

function detach(sim: Sdrs, instanceId: string, pairId: string): object {
  const instance = instanceOf(sim, instanceId);
  const pair = pairOf(sim, pairId);
  const group = groupOf(sim, instance.server_group_id);
  const attachment = pair.attachment.find((a) => a.protected_instance === instance.id);
  if (!attachment) throw new Refusal('1604');
  requireGroup(group, 'detach', '1002');
  if (!isDetachable(instance)) throw new Refusal('1328');
  requireStatus('detach-replication', pair);
  if (
    isSystemDisk(attachment.device) &&
    mustStop(sim) &&
    !isStopped(sim.state, productionServerOf(instance, group))
  )
    throw new Refusal('1316');
  return startJob(sim, {
    operation: 'detach-replication',
    groupId: group.id,
    targets: [{ kind: 'pair', id: pair.id }],
    entities: { protected_instance_id: instance.id, replication_pair_id: pair.id },
    details: { attachment },
  });
}

function mustStop(sim: Sdrs): boolean {
  return sim.settings.requireServersStopped;
}

/** The instance must be in one of its delete row's statuses, except `error` (4.2). */
function isDetachable(instance: Instance): boolean {
  const { from } = operationOf('delete-protected-instance');
  return instance.status !== 'error' && (from?.includes(instance.status) ?? false);
}

/** The servers are KVM ones: a Xen name is silently converted (3.4). */
function deviceOf(value: unknown): string {
  const [, letters] = DEVICE.exec(typeof value === 'string' ? value : '') ?? [];
  if (!letters) throw new Refusal('0201', { detail: 'device must be named like /dev/vdb.' });
  return `/dev/vd${letters}`;
}

function isSystemDisk(device: string): boolean {
  return device === '/dev/vda';
}

function requireUnattached(sim: Sdrs, pair: Pair, instance: Instance): void {
  if (pair.attachment.length === 0) return;
  const shared = byId(sim.state.volumes, pair.productionVolume)?.multiattach ?? false;
  if (!shared) throw new Refusal('1605');
  if (pair.attachment.some((a) => a.protected_instance === instance.id)) throw new Refusal('1603');
}

function devicesOf(sim: Sdrs, instance: Instance): string[] {
  return pairsAttachedTo(sim.state, instance.id)
    .flatMap((pair) => pair.attachment)
    .filter((attachment) => attachment.protected_instance === instance.id)
    .map((attachment) => attachment.device);
}
