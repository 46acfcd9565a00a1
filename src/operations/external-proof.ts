import type { DrAction } from '../domain/dr-action.js';
import type { Provider } from '../providers/provider.js';
import { lockOfNewcomer, pastOf, type Past } from './external-explanations.js';
import { isCreation, type SeenResource } from './external-resources.js';
import { locksOf, lookAt, type LiveSight } from './external-sight.js';
import type { OperationStore } from './operation-store.js';

/** Which groups a plan holds may change while it is looked at. */
const MOST_LOOKS = 3;

/**
 * The resource as it is now, looked at after it was read that nobody holds any group that it touches, and who held
 * them last. null = it is gone, held, or explained.
 */
export async function confirmed(
  store: OperationStore,
  provider: Provider,
  seen: SeenResource,
  action: DrAction,
  explained: (past: Past) => boolean,
): Promise<{ live: LiveSight; past: Past } | null> {
  let groupIds = [...new Set([...(seen.groupIds ?? []), seen.holderId])];
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const past = await free(store, provider.siteId, seen, action, groupIds, explained);
    const live = past && (await lookAt(provider, seen));
    if (!live) return null;
    if (locksOf(live).every((id) => groupIds.includes(id))) return { live, past };
    groupIds = [...new Set([...groupIds, ...live.groupIds])];
  }
  return null;
}

/** What is known here of the groups; null = an operation holds one of them, or explains what was seen. */
export async function free(
  store: OperationStore,
  siteId: string,
  seen: SeenResource,
  action: DrAction,
  groupIds: readonly string[],
  explained: (past: Past) => boolean,
): Promise<Past | null> {
  const unborn = isCreation(action) ? [lockOfNewcomer(siteId, seen)] : [];
  const past = await pastOf(store, siteId, seen, [...groupIds, ...unborn]);
  return past.heldBy !== null || explained(past) ? null : past;
}
