import type { Scope } from '../../domain/access/scope.js';
import { findingWhereabouts, hrefOf, rankOf, type SiteFinding } from '../../inventory/findings/finding.js';
import type { FindingsOfSite } from '../../inventory/findings/findings.service.js';
import type { Source } from '../../inventory/inventory.service.js';
import type { FindingDto, FindingListDto, FindingsQueryDto } from '../dto/findings.dto.js';
import { boundTo } from '../access/seen-inventory.js';
import { LARGEST_PAGE } from '../dto/queries.dto.js';
import { makePageToken, readPageToken } from '../http/page-token.js';

/** One page over all sites of what is seen: the worst first, and among equals what has held longest. */
export function presentFindings(
  sites: readonly FindingsOfSite[],
  sources: readonly Source[],
  query: FindingsQueryDto,
  seen: Scope,
): FindingListDto {
  const { pageSize, pageToken, ...wishes } = query;
  const filters = { ...wishes, ...boundTo(seen) };
  const concerned = sites.filter(
    ({ provider }) => seen.touchesSite(provider.siteId) && isOf(provider.descriptor.provider, query.provider),
  );
  const all = concerned
    .flatMap(({ findings }) => placed(findings))
    .filter(({ finding }) => seen.covers(findingWhereabouts(finding)) && matches(finding, query))
    .sort(byPlace);
  const after = pageToken === undefined ? '' : readPageToken(pageToken, filters, isPlace).after;
  const rest = all.filter(({ place }) => place > after);
  const page = rest.slice(0, Math.min(pageSize, LARGEST_PAGE));
  const last = page.at(-1);
  const more = last !== undefined && rest.length > page.length;
  return {
    items: page.map(({ finding }) => presentFinding(finding)),
    counts: countsOf(all.map(({ finding }) => finding)),
    sources: concerned.flatMap(({ provider, inspectedTime }) => {
      const source = sources.find(({ siteId }) => siteId === provider.siteId);
      return source ? [{ ...source, inspectedTime }] : [];
    }),
    ...(more ? { nextPageToken: makePageToken({ after: last.place }, filters) } : {}),
  };
}

export function presentFinding(finding: SiteFinding): FindingDto {
  const { id, type, severity, siteId, provider, target, text, remedy, nextActions } = finding;
  const { type: targetType, id: targetId, name } = target;
  return {
    ...{ id, type, severity, siteId, provider },
    target: { type: targetType, id: targetId, name, href: hrefOf(target) },
    ...{ text, remedy, nextActions, sinceTime: finding.sinceTime, lastSeenTime: finding.lastSeenTime },
  };
}

interface Placed {
  finding: SiteFinding;
  place: string;
}

/** Sorted once per list, which is the same as long as nothing is found anew. */
const PLACED = new WeakMap<readonly SiteFinding[], Placed[]>();

function placed(findings: readonly SiteFinding[]): Placed[] {
  const known = PLACED.get(findings);
  if (known) return known;
  const made = findings.map((finding) => ({ finding, place: placeOf(finding) })).sort(byPlace);
  PLACED.set(findings, made);
  return made;
}

function byPlace(a: Placed, b: Placed): number {
  return a.place < b.place ? -1 : 1;
}

/** Sorts as the list is ordered. */
function placeOf({ severity, sinceTime, id }: SiteFinding): string {
  return `${rankOf(severity)} ${sinceTime} ${id}`;
}

function countsOf(findings: readonly SiteFinding[]): FindingListDto['counts'] {
  const counts = { CRITICAL: 0, WARNING: 0, INFO: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

function matches(finding: SiteFinding, query: FindingsQueryDto): boolean {
  const { target, text } = finding;
  return (
    isOf(finding.siteId, query.siteId) &&
    (!query.type || query.type.includes(finding.type)) &&
    (!query.severity || query.severity.includes(finding.severity)) &&
    rankOf(finding.severity) <= rankOf(query.severityAtLeast ?? 'INFO') &&
    (!query.targetId || target.id === query.targetId || target.within?.id === query.targetId) &&
    (!query.q || `${target.name}\n${text}`.toLowerCase().includes(query.q.toLowerCase()))
  );
}

function isOf(value: string, wanted: string | undefined): boolean {
  return wanted === undefined || value === wanted;
}

function isPlace(place: unknown): place is { after: string } {
  return typeof (place as { after?: unknown } | null | undefined)?.after === 'string';
}
