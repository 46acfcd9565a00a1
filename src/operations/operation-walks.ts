import type { Scope } from '../domain/access/scope.js';
import { shardOf, SHARDS } from '../platform/redis/keys.js';
import { indexesFor, type Index } from './operation-indexes.js';
import { siteOfPublicId } from './operation-id.js';
import type { OperationFilter } from './operation-store.js';

/** An index of a shard, to be walked in the order of creation. */
export interface Walk {
  shard: number;
  index: Index;
}

export interface Walks {
  walks: readonly Walk[];
  /** Indexes that have every operation wanted, too; what none of them decides is filtered afterwards. */
  others: readonly Index[];
}

export const EVERYWHERE = SHARDS.map((shard): Walk => ({ shard, index: ['all', ''] }));

/**
 * Which indexes are walked for what is asked. Whoever may see all walks those with the fewest operations beside those
 * wanted. Else none is walked that holds anything unseen: no place on the way, and no time that it takes, tells of that.
 */
export function walksFor(filter: OperationFilter): Walks {
  const { seen, siteId } = filter;
  const indexes = indexesFor(filter);
  if (!seen.isAll) return walksSeen(filter, indexes);
  const [narrowest, ...others] = indexes;
  if (!narrowest) return { walks: EVERYWHERE, others };
  const shards = siteId ? [shardOf(siteId)] : SHARDS;
  return { walks: shards.map((shard) => ({ shard, index: narrowest })), others };
}

function walksSeen({ seen, siteId, targetId, parentId }: OperationFilter, indexes: readonly Index[]): Walks {
  const whole = wholeIndex(seen, parentId, targetId);
  if (whole) {
    const [name] = whole.index;
    return { walks: [whole], others: indexes.filter((index) => index[0] !== name) };
  }
  const sites = (seen.siteIds() ?? []).filter((one) => (siteId ?? one) === one);
  return {
    walks: sites.flatMap((one) => indexesSeen(seen, one).map((index) => ({ shard: shardOf(one), index }))),
    others: indexes.filter(([name]) => name !== 'site'),
  };
}

/** One that is asked for, of which everything may be seen. */
function wholeIndex(seen: Scope, parentId?: string, targetId?: string): Walk | null {
  // A step may lie elsewhere than its parent, though not at another site.
  const parentSite = parentId === undefined ? '' : siteOfPublicId(parentId);
  if (parentId && seen.coversSite(parentSite))
    return { shard: shardOf(parentSite), index: ['parent', parentId] };
  const targetSite = targetId === undefined ? '' : siteOfPublicId(targetId);
  if (targetId && seen.covers({ siteId: targetSite, targetIds: [targetId] }))
    return { shard: shardOf(targetSite), index: ['target', targetId] };
  return null;
}

function indexesSeen(seen: Scope, siteId: string): Index[] {
  if (seen.coversSite(siteId)) return [['site', siteId]];
  return seen.targetIdsOf(siteId).flatMap((id): Index[] => [
    ['target', id],
    ['group', id],
  ]);
}
