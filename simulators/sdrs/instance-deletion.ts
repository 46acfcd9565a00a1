import { Refusal } from './errors.js';
import { startJob } from './jobs.js';
import { groupOf, instanceOf, requireGroup, requireStatus } from './lookups.js';
import { operationOf } from './operations.js';
import { flagIn, idOf, isFields, type Fields } from './validation.js';
import { pairsAttachedTo, type Instance, type Sdrs } from './world.js';

/** The JSON body is optional, and `{}` is what clients send when both flags are false (quirk 10). */
export function deleteInstance(sim: Sdrs, id: string, body: unknown): object {
  const flags = flagsIn(body);
  const instance = instanceOf(sim, id, '1301');
  requireDeletable(sim, instance, flags.delete_target_server || flags.delete_target_eip);
  const pairs = ownPairs(sim, [instance]);
  return startJob(sim, {
    operation: 'delete-protected-instance',
    groupId: instance.server_group_id,
    targets: [{ kind: 'instance', id: instance.id }, ...pairs],
    entities: { protected_instance_id: instance.id },
    subJobs: pairs.map((pair) => ({
      jobType: operationOf('delete-replication').jobType,
      entities: { replication_pair_id: pair.id },
    })),
    details: { delete_target_server: flags.delete_target_server },
  });
}

/** The Huawei-only batch: all of one group, none twice, partners at shared pairs included (3.4). */
export function deleteInstances(sim: Sdrs, body: unknown): object {
  const flags = flagsIn(body);
  const list = isFields(body) ? body.protected_instances : undefined;
  if (!Array.isArray(list) || list.length === 0) throw new Refusal('0201');
  if (list.length > sim.settings.quotas.batchDelete) throw new Refusal('1362');
  const ids = list.map((entry) => idOf(isFields(entry) ? entry.id : undefined, '0208'));
  if (new Set(ids).size < ids.length) throw new Refusal('1363');
  const instances = ids.map((id) => instanceOf(sim, id, '1301'));
  const [first] = instances;
  if (!first || instances.some((instance) => instance.server_group_id !== first.server_group_id))
    throw new Refusal('1364');
  for (const instance of instances) {
    requireDeletable(sim, instance, flags.delete_target_server || flags.delete_target_eip);
    const shared = pairsAttachedTo(sim.state, instance.id).flatMap((pair) => pair.attachment);
    if (!shared.every((attachment) => ids.includes(attachment.protected_instance))) throw new Refusal('1409');
  }
  return startJob(sim, {
    operation: 'batch-delete-protected-instances',
    groupId: first.server_group_id,
    targets: [...instances.map(({ id }) => ({ kind: 'instance' as const, id })), ...ownPairs(sim, instances)],
    entities: {},
    subJobs: instances.map(({ id }) => ({
      jobType: operationOf('delete-protected-instance').jobType,
      entities: { protected_instance_id: id },
    })),
    details: { delete_target_server: flags.delete_target_server },
  });
}

function flagsIn(body: unknown) {
  if (body !== undefined && body !== null && !isFields(body)) throw new Refusal('0201');
  const fields: Fields = body ?? {};
  return {
    delete_target_server: flagIn(fields, 'delete_target_server'),
    delete_target_eip: flagIn(fields, 'delete_target_eip'),
  };
}

/** The DR server cannot go along while it is the production one (1330). */
function requireDeletable(sim: Sdrs, instance: Instance, withServer: boolean): void {
  const group = groupOf(sim, instance.server_group_id);
  requireGroup(group, 'deleteInstance', '1002');
  requireStatus('delete-protected-instance', instance);
  if (withServer && group.priority_station === 'target') throw new Refusal('1330');
}

/** The pairs that go with the instances: those attached to nothing else. */
function ownPairs(sim: Sdrs, instances: readonly Instance[]) {
  const ids = instances.map((instance) => instance.id);
  return sim.state.pairs
    .filter((pair) => pair.attachment.length > 0)
    .filter((pair) => pair.attachment.every((attachment) => ids.includes(attachment.protected_instance)))
    .map(({ id }) => ({ kind: 'pair' as const, id }));
}
