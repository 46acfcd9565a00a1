import { createHash } from 'node:crypto';
import type { Whereabouts } from '../../domain/access/scope.js';
import type { NextAction } from '../../domain/problem.js';
import { targetPath } from '../../domain/resource-paths.js';
import { SEVERITIES, type Concern, type FindingTarget, type Severity } from '../../domain/site-finding.js';

/** A concern, and what can be done about it through the gateway. */
export interface Conclusion extends Concern {
  /** Links that mend it, or show more of it; the first is the one to begin with. Empty = the gateway has none. */
  nextActions: NextAction[];
}

/** A conclusion as it is kept: with its id, and since when it holds (milliseconds, by our clock where no upstream tells). */
export interface KeptConclusion extends Conclusion {
  id: string;
  sinceMs: number;
}

/** What somebody should look at. */
export interface SiteFinding extends Omit<Conclusion, 'sinceTime' | 'detailKey' | 'seenTime'> {
  /** Stable as long as it holds, and the same when it comes back. */
  id: string;
  siteId: string;
  provider: string;
  sinceTime: string;
  /** When it was last seen to hold. Older than the other findings of the site = it was not looked at since. */
  lastSeenTime: string;
}

/**
 * What was concluded together and is replaced together: a look that could not be made leaves its own part as it was.
 * In the order of who is believed when two of them tell of the same prompt.
 */
export const PARTS = ['site', 'operations', 'drills', 'inspection', 'inventory'] as const;
export type Part = (typeof PARTS)[number];

/** The same concern has the same id, whoever concludes it and whenever. */
export function findingId(siteId: string, { type, target, detailKey }: Concern): string {
  const what = [type, target.type, target.id ?? target.name, detailKey];
  // Of characters that a public id takes as they are.
  return `${siteId}.${createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, 22)}`;
}

/** A finding is seen by whoever sees what it is about, or what that belongs to; one about the site, by who sees all of it. */
export function findingWhereabouts({ siteId, target }: Pick<SiteFinding, 'siteId' | 'target'>): Whereabouts {
  const ids = target.type === 'SITE' ? [] : [target.id, target.within?.id ?? null];
  return { siteId, targetIds: ids.filter((id) => id !== null) };
}

/** 0 = the worst. */
export function rankOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** Where the target is found; null = it has no place of its own, or it is not known. */
export function hrefOf({ type, id, within }: FindingTarget): string | null {
  if (id === null) return null;
  if (type === 'DRILL') return targetPath({ type, id });
  const isPart = type === 'PROTECTED_INSTANCE' || type === 'REPLICATION_PAIR';
  return isPart && !within ? null : targetPath({ type, id }, within ?? null);
}
