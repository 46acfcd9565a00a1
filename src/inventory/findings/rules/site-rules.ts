import type { Problem } from '../../../domain/problem.js';
import { targetPath } from '../../../domain/resource-paths.js';
import type { Conclusion } from '../finding.js';

/** A site that is silent for longer is no blip any more. */
export const SILENT_MS = 300_000;

export interface MissedLook {
  siteId: string;
  siteName: string;
  /** FAILED: no answer, or none that could be read. DOUBTED: one that is not believed yet. */
  why: 'FAILED' | 'DOUBTED';
  problem: Problem;
  /** Since when looks at the site have been missed. */
  sinceMs: number;
  now: number;
}

/** What a look that taught nothing says of the site. */
export function missedLook({ siteId, siteName, why, problem, sinceMs, now }: MissedLook): Conclusion {
  const implausible = why === 'DOUBTED' || problem.code === 'upstream-bad-answer';
  const rest = {
    target: { type: 'SITE', id: siteId, name: siteName },
    detailKey: '',
    text: problem.detail,
    sinceTime: null,
    nextActions: [
      { title: 'Look at the site', method: 'GET', href: targetPath({ type: 'SITE', id: siteId }) },
    ],
  } as const;
  if (implausible) {
    return {
      ...rest,
      type: 'IMPLAUSIBLE_ANSWER',
      severity: 'WARNING',
      remedy:
        'It is asked again by itself; if this stays, look at the upstream: its session or its database is not well.',
      nextActions: [...rest.nextActions],
    };
  }
  return {
    ...rest,
    type: 'SITE_UNREACHABLE',
    severity: now - sinceMs >= SILENT_MS ? 'CRITICAL' : 'WARNING',
    remedy: 'Look at the network, the upstream and its account; it is asked again by itself.',
    nextActions: [...rest.nextActions],
  };
}
