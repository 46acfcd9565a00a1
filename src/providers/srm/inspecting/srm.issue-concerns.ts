import type { Concern, FindingTarget, Severity } from '../../../domain/site-finding.js';
import type { Issue } from '../../../domain/site-facts.js';

const RESOURCES: readonly string[] = ['PROTECTION_GROUP', 'RECOVERY_PLAN'];

/** What SRM itself reports to be wrong (3.12). Since when is not told: its time may be that of the question. */
export function issueConcern(issue: Issue, site: FindingTarget): Concern {
  return {
    type: 'UPSTREAM_ISSUE',
    severity: severityOf(issue),
    target: targetOf(issue, site),
    detailKey: `${issue.kind} ${issue.text}`,
    text: issue.resourceName === null ? issue.text : `${issue.resourceName}: ${issue.text}`,
    remedy:
      issue.kind === 'UNREAD' ? 'Look at the server itself.' : 'Look at it in SRM, where it is explained.',
    sinceTime: null,
  };
}

function severityOf({ severity, kind }: Issue): Severity {
  if (kind === 'UNREAD') return 'INFO';
  return severity === 'ERROR' && RESOURCES.includes(kind) ? 'CRITICAL' : 'WARNING';
}

function targetOf({ kind, resourceId, resourceName }: Issue, site: FindingTarget): FindingTarget {
  if (!RESOURCES.includes(kind) || resourceName === null) return site;
  // An issue of a group that is about one of its machines names only that.
  if (resourceId === null) return { type: 'PROTECTED_INSTANCE', id: null, name: resourceName };
  return {
    type: kind === 'RECOVERY_PLAN' ? 'RECOVERY_PLAN' : 'PROTECTION_GROUP',
    id: resourceId,
    name: resourceName,
  };
}
