import type { FurtherRead } from '../../../providers/further-reads.js';
import type { NextAction } from '../../../domain/problem.js';
import type { Concern } from '../../../domain/site-finding.js';
import { targetPath } from '../../../domain/resource-paths.js';
import type { Conclusion } from '../finding.js';
import { waysOut, type Situation } from './situation.js';

/** What a driver found, with what the gateway offers about it. */
export function inspected(siteId: string, concern: Concern, situation: Situation): Conclusion {
  return { ...concern, nextActions: linksOf(siteId, concern, situation) };
}

function linksOf(siteId: string, { type, target }: Concern, situation: Situation): NextAction[] {
  const { lifecycle, capabilities } = situation.descriptor;
  const { id, within } = target;
  const offers = (read: FurtherRead): boolean => capabilities.reads.includes(read);
  const group =
    target.type === 'PROTECTION_GROUP' ? id : within?.type === 'PROTECTION_GROUP' ? within.id : null;
  const plan = target.type === 'RECOVERY_PLAN' ? id : within?.type === 'RECOVERY_PLAN' ? within.id : null;
  switch (type) {
    case 'FAILED_TASKS':
      return offers('failedTasks') ? failedTasks(siteId) : [];
    case 'PROMPT_WAITING':
      return plan && offers('planPrompts')
        ? [see('Read the prompt', `/v1/recovery-plans/${plan}/prompts`)]
        : [];
    case 'NOT_REALLY_PROTECTED':
    case 'REPLICATION_LAG':
      return group ? seeParts(group, capabilities.replicationPairs) : [];
    case 'UPSTREAM_ISSUE':
      if (group && offers('groupIssues'))
        return [see('See its issues', `/v1/protection-groups/${group}/issues`)];
      if (plan && offers('planIssues')) return [see('See its issues', `/v1/recovery-plans/${plan}/issues`)];
      return offers('siteIssues') ? [see('See the issues of the site', `/v1/sites/${siteId}/issues`)] : [];
    case 'CERTIFICATE_EXPIRING':
      return offers('siteServers') ? [see('See the servers', `/v1/sites/${siteId}/servers`)] : [];
    case 'DRILL_LEFTOVERS': {
      const found = situation.survey.plans.find((one) => one.id === plan);
      return found
        ? waysOut(lifecycle, 'RECOVERY_PLAN', found.id, found.upstream.state, ['CLEAN_UP_DRILL'])
        : [];
    }
    case 'NOT_RECOVERABLE':
      return 'CREATE_RECOVERY_PLAN' in lifecycle.actions
        ? [{ title: 'Create a recovery plan', method: 'POST', href: '/v1/recovery-plans' }]
        : [];
    case 'SITE_UNREACHABLE':
      return [see('Look at the site', targetPath({ type: 'SITE', id: siteId }))];
    default:
      return [];
  }
}

/** Those about groups themselves: what an inspection tells of. */
function failedTasks(siteId: string): NextAction[] {
  const href = `/v1/sites/${siteId}/failed-tasks`;
  return [
    see('See the failed tasks', href),
    { title: 'Clear the failed tasks of all groups', method: 'DELETE', href },
  ];
}

function seeParts(groupId: string, hasPairs: boolean): NextAction[] {
  const path = targetPath({ type: 'PROTECTION_GROUP', id: groupId });
  return [
    see('See its machines', `${path}/protected-instances`),
    ...(hasPairs ? [see('See its disks', `${path}/replication-pairs`)] : []),
  ];
}

function see(title: string, href: string): NextAction {
  return { title, method: 'GET', href };
}
