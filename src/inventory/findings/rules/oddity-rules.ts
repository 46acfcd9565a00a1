import { isoTime } from '../../../platform/clock.js';
import { targetPath } from '../../../domain/resource-paths.js';
import type { FindingTarget } from '../../../domain/site-finding.js';
import { isSettled, type Oddities, type Oddity } from '../../oddities.js';
import type { Conclusion } from '../finding.js';

const TYPES = { groups: 'PROTECTION_GROUP', plans: 'RECOVERY_PLAN', drills: 'DRILL' } as const;

/** Single things of which a site goes on saying what cannot be true, while the rest of its answer is believed. */
export function oddConclusions(site: { siteId: string; siteName: string }, oddities: Oddities): Conclusion[] {
  return Object.values(oddities)
    .filter(isSettled)
    .map((oddity) => {
      const target = targetOf(site, oddity);
      return {
        type: 'IMPLAUSIBLE_ANSWER',
        severity: 'WARNING',
        target,
        detailKey: oddity.id === null ? oddity.list : '',
        text: textOf(site, oddity),
        remedy:
          'Look at it at the upstream: its database is not well there. The rest of its answer is believed.',
        sinceTime: isoTime(oddity.firstMs),
        nextActions: target.id === null ? [] : [{ title: 'Look at it', method: 'GET', href: pathOf(target) }],
      };
    });
}

function targetOf(site: { siteId: string; siteName: string }, { list, id, name }: Oddity): FindingTarget {
  if (id === null) return { type: 'SITE', id: site.siteId, name: site.siteName };
  return { type: TYPES[list], id, name: name ?? id };
}

function textOf({ siteName }: { siteName: string }, { id, text }: Oddity): string {
  const rest =
    id === null ? 'The entry is left out.' : 'It is shown as it was last known, or as it shows itself.';
  return `${siteName} goes on giving an answer that cannot be true: ${text}. ${rest}`;
}

function pathOf({ type, id }: FindingTarget): string {
  return targetPath({ type, id: id ?? '' });
}
