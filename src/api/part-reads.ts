import { publicId } from '../domain/ids.js';
import type { Drill, ProtectedInstance, ReplicationPair } from '../domain/inventory.js';
import { ProviderError } from '../providers/provider-error.js';
import { notOffered } from './not-offered.js';
import type { NamedPart } from './public-ids.js';

/** One part of a group or plan, also from upstreams that can only list them. Absent = `NOT_FOUND`. */
export async function readInstance(named: NamedPart): Promise<ProtectedInstance> {
  const { provider, targetNativeId: groupId, partNativeId: instanceId } = named;
  if (offers(named, 'protectedInstance'))
    return provider.further('protectedInstance', { groupId, instanceId });
  return found(named, await provider.listProtectedInstances(publicId(named.siteId, groupId)));
}

/** A 404 that says so where the upstream has no pairs at all. */
export async function readPair(named: NamedPart): Promise<ReplicationPair> {
  const { provider, targetNativeId: groupId, partNativeId: pairId } = named;
  if (!provider.descriptor.capabilities.replicationPairs) throw notOffered(provider, 'replicationPair');
  if (offers(named, 'replicationPair')) return provider.further('replicationPair', { groupId, pairId });
  return found(named, await provider.listReplicationPairs(publicId(named.siteId, groupId)));
}

export async function readDrill(named: NamedPart): Promise<Drill> {
  const { provider, targetNativeId: planId, partNativeId: drillId } = named;
  if (offers(named, 'drill')) return provider.further('drill', { planId, drillId });
  return found(named, await provider.listDrills(publicId(named.siteId, planId)));
}

function offers({ provider }: NamedPart, read: 'protectedInstance' | 'replicationPair' | 'drill'): boolean {
  return provider.descriptor.capabilities.reads.includes(read);
}

function found<T extends { id: string }>({ siteId, partNativeId }: NamedPart, all: readonly T[]): T {
  const id = publicId(siteId, partNativeId);
  const one = all.find((item) => item.id === id);
  if (!one) throw new ProviderError('NOT_FOUND', `There is no ${id} here.`);
  return one;
}
