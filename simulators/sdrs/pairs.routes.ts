import type { FastifyInstance } from 'fastify';
import { Refusal } from './errors.js';
import { startJob } from './jobs.js';
import {
  idFilter,
  idsFilter,
  isAbnormal,
  listOf,
  nameMatches,
  queryType,
  statusFilter,
  type Query,
} from './listing.js';
import { groupOf, pairOf, requireGroup, requireStatus, volumeOf } from './lookups.js';
import { newPair } from './protection.js';
import { rename } from './resources.js';
import { PAIR_STATUSES } from './statuses.js';
import { descriptionIn, flagIn, isFields, nameIn, optionalId, unwrap } from './validation.js';
import { pairView, shownStatus, volumeIds } from './views.js';
import { byId, productionZone, type Group, type Pair, type Sdrs, type Volume } from './world.js';

interface ById {
  Params: { replication_id: string };
  Body: unknown;
}

/** Replication pairs (3.5, 4.3). */
export function pairRoutes(app: FastifyInstance, sim: Sdrs): void {
  app.post<{ Body: unknown }>('/replications', ({ body }) => createPair(sim, body));

  app.get<{ Querystring: Query }>('/replications', ({ query }) =>
    listOf(sim, 'replications', query, matchingPairs(sim, query), (pair) => pairView(sim, pair)),
  );

  app.get<ById>('/replications/:replication_id', ({ params }) => ({
    replication: pairView(sim, pairOf(sim, params.replication_id)),
  }));

  app.put<ById>('/replications/:replication_id', ({ params, body }) => {
    const pair = pairOf(sim, params.replication_id);
    rename(sim, pair, nameIn(unwrap(body, 'replication')));
    sim.executed('rename-replication', pair.id);
    return { replication: pairView(sim, pair) };
  });

  app.delete<ById>('/replications/:replication_id', ({ params, body }) =>
    deletePair(sim, params.replication_id, body),
  );

  app.post<ById>('/replications/:replication_id/action', ({ params, body }) =>
    extendPair(sim, pairOf(sim, params.replication_id), body),
  );
}

function createPair(sim: Sdrs, body: unknown): object {
  const fields = unwrap(body, 'replication');
  const name = nameIn(fields);
  const description = descriptionIn(fields);
  optionalId(fields.cluster_id, '0218');
  const group = groupOf(sim, fields.server_group_id);
  requireGroup(group, 'change');
  const volume = volumeOf(sim, fields.volume_id, productionZone(group));
  requireVolume(sim, group, volume);
  requireQuota(sim);

  const pair = newPair({ state: sim.state, random: sim.random, at: sim.instant }, group, volume, {
    name,
    description,
  });
  return startJob(sim, {
    operation: 'create-replication',
    groupId: group.id,
    targets: [{ kind: 'pair', id: pair.id }],
    entities: { replication_pair_id: pair.id, volume_ids: volumeIds(pair) },
  });
}

function requireVolume(sim: Sdrs, group: Group, volume: Volume): void {
  if (sim.state.pairs.some((pair) => [pair.productionVolume, pair.drVolume].includes(volume.id)))
    throw new Refusal('1811');
  if (volume.frozen) throw new Refusal('0225');
  if (volume.locked) throw new Refusal('1831');
  if (volume.encrypted) throw new Refusal('1802');
  if (volume.availabilityZone !== productionZone(group)) throw new Refusal('1810');
  if (volume.status !== 'available') throw new Refusal('1801');
}

function requireQuota(sim: Sdrs): void {
  const { quotas } = sim.settings;
  if (sim.state.pairs.length >= quotas.replications) throw new Refusal('0306');
  const unattached = sim.state.pairs.filter((pair) => pair.attachment.length === 0);
  if (unattached.length >= quotas.unattachedReplications) throw new Refusal('1826');
}

/** The body's `replication` is mandatory even when it says nothing (3.5). */
function deletePair(sim: Sdrs, id: string, body: unknown): object {
  const fields = unwrap(body, 'replication');
  const deleteTargetVolume = flagIn(fields, 'delete_target_volume');
  const groupId = optionalId(fields.server_group_id, '0207');
  const pair = pairOf(sim, id);
  const group = groupOf(sim, pair.server_group_id);
  if (groupId !== null && groupId !== group.id) throw new Refusal('1611');
  requireGroup(group, 'deletePair', '1002');
  if (pair.attachment.length > 0) throw new Refusal('1605');
  requireStatus('delete-replication', pair);
  return startJob(sim, {
    operation: 'delete-replication',
    groupId: group.id,
    targets: [{ kind: 'pair', id: pair.id }],
    entities: { replication_pair_id: pair.id },
    details: { delete_target_volume: deleteTargetVolume },
  });
}

/** `{"extend-replication":{"new_size":N}}`: growth only, a fraction is cut off. */
function extendPair(sim: Sdrs, pair: Pair, body: unknown): object {
  if (!isFields(body) || !isFields(body['extend-replication'])) throw new Refusal('0206');
  const size = Math.trunc(Number(body['extend-replication'].new_size));
  const volume = byId(sim.state.volumes, pair.productionVolume);
  requireStatus('extend-replication', pair);
  if (!volume || !['available', 'in-use'].includes(volume.status)) throw new Refusal('1817');
  if (volume.multiattach && volume.status === 'in-use' && volume.attachedTo.length > 0)
    throw new Refusal('1818');
  if (!(size > volume.size)) throw new Refusal('0201', { detail: 'new_size must exceed the current size.' });
  return startJob(sim, {
    operation: 'extend-replication',
    groupId: pair.server_group_id,
    targets: [{ kind: 'pair', id: pair.id }],
    entities: { replication_pair_id: pair.id, volume_ids: volumeIds(pair) },
    details: { new_size: size },
  });
}

/** The plural filters win over the singular ones (3.5). */
function matchingPairs(sim: Sdrs, query: Query): Pair[] {
  const group = idFilter(query.server_group_id, '0207');
  const groups = idsFilter(query.server_group_ids) ?? (group === null ? null : [group]);
  const instance = idFilter(query.protected_instance_id, '0208');
  const instances = idsFilter(query.protected_instance_ids) ?? (instance === null ? null : [instance]);
  const status = statusFilter(query, PAIR_STATUSES, '0214');
  const abnormalOnly = queryType(query, ['status_abnormal']) === 'status_abnormal';
  const zone = query.availability_zone || null;
  return sim.state.pairs.filter((pair) => {
    const owner = byId(sim.state.groups, pair.server_group_id);
    return (
      (groups?.includes(pair.server_group_id) ?? true) &&
      (instances === null || pair.attachment.some((a) => instances.includes(a.protected_instance))) &&
      (status === null || shownStatus(sim, pair) === status) &&
      nameMatches(query, pair.name) &&
      (!abnormalOnly || isAbnormal(pair.status)) &&
      (zone === null || (owner !== undefined && productionZone(owner) === zone))
    );
  });
}
