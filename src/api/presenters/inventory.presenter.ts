import type { Scope } from '../../domain/access/scope.js';
import type { BudgetUse } from '../../providers/request-budget.js';
import type { PastProgress } from '../../operations/past-records.js';
import type { ProviderDescriptor, SiteConnection } from '../../providers/provider-driver.js';
import type { ProblemCode } from '../../domain/problem-kinds.js';
import type { DrAction } from '../../domain/dr-action.js';
import type { Reading, Source } from '../../inventory/inventory.service.js';
import type { PastOperationsDto, SiteDto } from '../dto/inventory.dto.js';
import { isoTime } from '../../platform/clock.js';
import { boundTo, seenReadings } from '../access/seen-inventory.js';
import { LARGEST_PAGE, type InventoryQueryDto } from '../dto/queries.dto.js';
import { makePageToken, readPageToken } from '../http/page-token.js';
import type { Page } from './page.presenter.js';
import { indexAfter, SortedLists, type Place, type Sortable, type Sorted } from './sorted-lists.js';

interface Listed extends Sortable {
  activeSite?: string | null;
  protectionGroupIds?: string[] | null;
}

const LISTS = new SortedLists();
/** Of those who see a part: however many scopes there are, the lists of everything stay as they are. */
const PARTS_OF_LISTS = new SortedLists();

/** One page over all sites of what is seen, in the order that was asked for; filters are applied to what is known now. */
export function presentInventory<T extends Listed>(
  kind: 'groups' | 'plans',
  readings: readonly Reading<T[]>[],
  query: InventoryQueryDto,
  seen: Scope,
): Page<T> & { sources: Source[] } {
  const concerned = seenReadings(readings, seen).filter(
    ({ source }) => !query.provider || source.provider === query.provider,
  );
  const sorted = seen.isAll
    ? LISTS.of(kind, concerned, query.orderBy)
    : PARTS_OF_LISTS.of(`${kind} ${seen.key}`, concerned, query.orderBy);
  const page = pageOf(sorted, query, seen);
  return { ...page, sources: concerned.map((reading) => reading.source) };
}

const MOST_PAGES_KEPT = 64;
/** By what was asked of it; each list is of one scope. */
const PAGES = new WeakMap<Sorted<Listed>, Map<string, Page<Listed>>>();

/** The same question about the same things has the same items: the very same list of them. */
function pageOf<T extends Listed>(sorted: Sorted<T>, query: InventoryQueryDto, seen: Scope): Page<T> {
  const kept = PAGES.get(sorted) ?? new Map<string, Page<Listed>>();
  PAGES.set(sorted, kept);
  const asked = JSON.stringify(query);
  const known = kept.get(asked);
  if (known) return known as Page<T>;
  const page = cut(sorted, query, seen);
  if (kept.size >= MOST_PAGES_KEPT) kept.clear();
  kept.set(asked, page);
  return page;
}

function cut<T extends Listed>(sorted: Sorted<T>, query: InventoryQueryDto, seen: Scope): Page<T> {
  const { pageSize, pageToken, ...wishes } = query;
  const filters = { ...wishes, ...boundTo(seen) };
  const most = Math.min(pageSize, LARGEST_PAGE);
  const items: T[] = [];
  let at = pageToken === undefined ? 0 : indexAfter(sorted, readPageToken(pageToken, filters, isPlace));
  let last: Place | undefined;
  let more = false;
  for (; at < sorted.items.length && !more; at += 1) {
    const item = sorted.items[at];
    if (!item || !matches(item, query)) continue;
    if (items.length === most) more = true;
    else {
      items.push(item);
      last = sorted.places[at];
    }
  }
  return { items, ...(more && last ? { nextPageToken: makePageToken(last, filters) } : {}) };
}

function isPlace(place: unknown): place is Place {
  const { v, id } = (place ?? {}) as Partial<Place>;
  return typeof v === 'string' && typeof id === 'string';
}

function matches(item: Listed, query: InventoryQueryDto): boolean {
  return (
    (!query.siteId || item.siteId === query.siteId) &&
    (!query.state || (query.state as string[]).includes(item.state)) &&
    (!query.activeSite || item.activeSite === query.activeSite) &&
    (!query.q || item.name.toLowerCase().includes(query.q.toLowerCase()))
  );
}

export function presentSite(
  { provider, value, source }: Reading<SiteConnection>,
  budget: BudgetUse | null,
  past: PastProgress | null,
): SiteDto {
  const { descriptor } = provider;
  const { capabilities } = descriptor;
  return {
    id: provider.siteId,
    name: provider.siteName,
    provider: descriptor.provider,
    providerTitle: descriptor.title,
    connection: {
      state: isConnected(source) ? 'CONNECTED' : 'DISCONNECTED',
      version: value?.version ?? null,
      warnings: value?.warnings ?? [],
      checkedTime: source.refreshedTime,
    },
    capabilities: {
      actions: actionsOf(descriptor),
      cancellable: capabilities.cancel ? [...capabilities.cancellable] : [],
      explicitPlans: capabilities.explicitPlans,
      replicationPairs: capabilities.replicationPairs,
      prompts: capabilities.prompts,
      pastOperations: capabilities.pastOperations,
      reads: [...capabilities.reads],
      inputs: inputsOf(descriptor),
      options: capabilities.options,
    },
    budget: budget && { limit: budget.limit, used: budget.used, windowSeconds: budget.windowSeconds },
    pastOperations: pastOf(capabilities.pastOperations, past),
    source,
  };
}

/** For who sees a part of it: nothing that is about the others. */
export function presentPartOfSite(reading: Reading<SiteConnection>): SiteDto {
  return { ...presentSite(reading, null, null), pastOperations: null };
}

function pastOf(isOffered: boolean, past: PastProgress | null): PastOperationsDto {
  const time = (ms: number | null | undefined): string | null => (ms ? isoTime(ms) : null);
  const state = past?.finishedMs ? 'IMPORTED' : past ? 'IMPORTING' : 'PENDING';
  return {
    state: isOffered ? state : 'NOT_OFFERED',
    importedCount: past?.imported ?? 0,
    leftOutCount: past?.leftOut ?? 0,
    oldestTime: time(past?.oldestMs),
    untilTime: time(past?.untilMs),
    finishedTime: time(past?.finishedMs),
    trouble: past?.trouble ?? null,
  };
}

/** That nobody looked, or that an answer is not believed, says nothing about the connection. */
const SAY_NOTHING: readonly (ProblemCode | undefined)[] = [
  'inventory-unattended',
  'inventory-postponed',
  'upstream-bad-answer',
];

function isConnected({ state, error }: Source): boolean {
  return state === 'FRESH' || (state === 'STALE' && SAY_NOTHING.includes(error?.code));
}

/** What the gateway itself does in steps, where the upstream has the steps. */
function actionsOf({ lifecycle }: ProviderDescriptor): DrAction[] {
  const own = Object.keys(lifecycle.actions) as DrAction[];
  return own.includes('CREATE_PROTECTION_GROUP') ? [...own, 'PROVISION_PROTECTION_GROUP'] : own;
}

/** The fields of the actions that have a form of their own, beside those that the provider declares. */
function inputsOf({ capabilities, lifecycle }: ProviderDescriptor): SiteDto['capabilities']['inputs'] {
  const group = [
    { name: 'name', required: true },
    { name: 'description', required: false },
    ...capabilities.createFields,
  ];
  const parts = Object.entries(PARTS_OF_A_GROUP)
    .filter(([, action]) => action in lifecycle.actions)
    .map(([name]) => ({ name, required: false }));
  return {
    CREATE_PROTECTION_GROUP: group,
    PROVISION_PROTECTION_GROUP: [...group, ...parts],
    UPDATE_PROTECTION_GROUP: capabilities.changeableFields.map((name) => ({ name, required: false })),
    ...capabilities.inputs,
  };
}

/** Which step each field of a group with parts stands for. */
const PARTS_OF_A_GROUP: Readonly<Record<string, DrAction>> = {
  protectedInstances: 'ADD_PROTECTED_INSTANCE',
  replicationPairs: 'CREATE_REPLICATION_PAIR',
  recoveryPlan: 'CREATE_RECOVERY_PLAN',
  enableProtection: 'ENABLE_PROTECTION',
};
