import type { SiteSurvey } from '../../../domain/site-survey.js';
import { ProviderError } from '../../provider-error.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import { textOf } from '../wire/sdrs.fields.js';
import type { WireDrill, WireGroup } from '../wire/sdrs.wire.js';
import { toImplicitPlan, toProtectionGroup } from './sdrs.mapper.js';
import { toDrill } from './sdrs.parts-mapper.js';

/** Everything a project holds, from its two lists. There is no list of jobs (section 5.4). */
export async function takeSurvey(
  siteId: string,
  client: SdrsClient,
  signal: AbortSignal,
): Promise<SiteSurvey> {
  const groups = whole(await client.listGroups(signal), hasGroupFacts, 'group');
  const drills = whole(await client.listDrills(null, signal), hasDrillFacts, 'drill');
  return { ...groupsIn(siteId, groups), ...drillsIn(siteId, drills), runs: [] };
}

/** What a watcher read for itself, as the inventory takes it: only what is whole. */
export function noticedLists(
  siteId: string,
  groups: readonly WireGroup[] | null,
  drills: readonly WireDrill[] | null,
): Partial<SiteSurvey> {
  return {
    ...(groups?.every(hasGroupFacts) ? groupsIn(siteId, groups) : {}),
    ...(drills?.every(hasDrillFacts) ? drillsIn(siteId, drills) : {}),
  };
}

function groupsIn(siteId: string, groups: readonly WireGroup[]): Pick<SiteSurvey, 'groups' | 'plans'> {
  return {
    groups: groups.map((group) => toProtectionGroup(siteId, group)),
    plans: groups.map((group) => toImplicitPlan(siteId, group)),
  };
}

function drillsIn(siteId: string, drills: readonly WireDrill[]): Pick<SiteSurvey, 'drills'> {
  return { drills: drills.map((drill) => toDrill(siteId, drill.server_group_id ?? '', drill)) };
}

/** Entries that lacked mandatory fields were seen (quirk 11): they tell that the answer is none. */
function whole<T extends { id: string }>(
  items: readonly T[],
  hasFacts: (item: T) => boolean,
  what: string,
): readonly T[] {
  const scrap = items.find((item) => !hasFacts(item));
  if (!scrap) return items;
  const why = `the ${what} ${scrap.id} is told of in part only`;
  throw new ProviderError('BAD_ANSWER', `SDRS did not tell all that it holds: ${why}.`, {
    retry: 'TEMPORARY',
  });
}

function hasGroupFacts({ name, status }: WireGroup): boolean {
  return textOf(name) !== null && textOf(status) !== null;
}

function hasDrillFacts({ name, status, server_group_id: group }: WireDrill): boolean {
  return textOf(name) !== null && textOf(status) !== null && textOf(group) !== null;
}
