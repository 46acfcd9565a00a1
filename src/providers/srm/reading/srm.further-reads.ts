import type { FurtherReads } from '../../further-reads.js';
import { groupReads, type GroupReads, type ReadingParts } from './srm.group-reads.js';
import type { SrmHistory } from './srm.history.js';
import { planReads, type PlanReads } from './srm.plan-reads.js';
import { siteReads, type SiteReads } from './srm.site-reads.js';

export interface FurtherReadingParts extends ReadingParts {
  history: SrmHistory;
  /** `v1` or `v2`, as the site's address ends; null = it ends otherwise. */
  apiVersion: string | null;
}

/** The reads that `capabilities.reads` names. */
export function furtherReadsOf(
  parts: FurtherReadingParts,
): Partial<FurtherReads> & GroupReads & PlanReads & SiteReads {
  return {
    ...groupReads(parts),
    ...planReads(parts, parts.history),
    ...siteReads(parts, parts.history, parts.apiVersion),
  };
}
