import type { FindingType, Severity } from '#gateway/domain/site-finding';
import { FINDING_TYPES, SEVERITIES } from '#gateway/domain/site-finding';
import { FINDING_KINDS } from '#gateway/inventory/findings/finding-kinds';
import { code, page, table } from './markdown.js';

const INTRODUCTION = `# Findings

\`GET /v1/findings\` tells what somebody should look at, over all sites, the worst first. No upstream is asked by it: findings are
concluded by the worker, and kept in Redis, so that *since when* survives restarts.

Where each is seen:

* **INVENTORY**: rules over what a site holds, at every look that is believed (INVENTORY_REFRESH_MS).
* **OPERATIONS**: the unfinished operations of the site, ours and those that were begun outside, at every look, also one that failed.
* **DRILLS**: the clock and what is kept of drills, at every look, also one that failed.
* **INSPECTION**: what only the upstream can tell, asked by its driver every few minutes (INSPECTION_MS), within the site's request budget.
* **LOOKS**: what came of the last look itself.

A finding is gone when its cause is, at the next look of its kind. What could not be looked at keeps its findings: \`lastSeenTime\`
says how old they are, and \`sources[]\` why. The same cause has the same id whenever it comes back. \`sinceTime\` is the upstream's
where it tells, otherwise when it was first seen here.

**CRITICAL**: a failover would not do what is expected of it, or data are at risk now. **WARNING**: somebody should act soon.
**INFO**: worth knowing.

A drill is due at its \`dueTime\`: given with \`start-drill\`, moved by \`PATCH /v1/drills/{id}\`, otherwise DRILL_DUE_HOURS after its start.
Two hours before, it is called to mind.`;

/** `docs/findings.md`. */
export function findingReference(): string {
  const overview = table(
    ['Type', 'Title', 'Severities', 'Seen in'],
    sorted().map((type) => {
      const { title, severities, seenIn } = FINDING_KINDS[type];
      return [
        `[${code(type)}](#${type.toLowerCase()})`,
        title,
        named(severities).join(', '),
        seenIn.join(', '),
      ];
    }),
  );
  return page(INTRODUCTION, overview, ...sorted().map(section));
}

/** The worst that it can be decides; then the order of the vocabulary. */
function sorted(): FindingType[] {
  const worst = (type: FindingType): number =>
    SEVERITIES.findIndex((severity) => severity in FINDING_KINDS[type].severities);
  return [...FINDING_TYPES].sort((a, b) => worst(a) - worst(b));
}

function section(type: FindingType): string {
  const { title, meaning, severities } = FINDING_KINDS[type];
  const when = named(severities).map((severity) => `* **${severity}**: ${severities[severity] ?? ''}`);
  return [`## ${type}`, `${title}. ${meaning}`, when.join('\n')].join('\n\n');
}

function named(severities: Readonly<Partial<Record<Severity, string>>>): Severity[] {
  return SEVERITIES.filter((severity) => severity in severities);
}
