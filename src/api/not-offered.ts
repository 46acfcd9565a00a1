import { problem, ProblemError } from '../domain/problem.js';
import type { FurtherRead } from '../providers/further-reads.js';
import type { Provider } from '../providers/provider.js';

/** What each read shows, for a sentence. */
const THINGS: Readonly<Record<FurtherRead, string>> = {
  protectedInstance: 'protected instances',
  protectionSettings: 'protection settings of an instance',
  instanceTags: 'tags',
  replicationPair: 'replication pairs',
  groupIssues: 'issues of a protection group',
  plannedInstances: 'instances of a plan',
  plannedInstance: 'instances of a plan',
  recoverySettings: 'recovery settings',
  recoverySteps: 'recovery steps',
  recoveryStep: 'recovery steps',
  planPrompts: 'prompts',
  testNetworks: 'test networks of a plan',
  planIssues: 'issues of a plan',
  planRuns: 'history of runs',
  planRun: 'history of runs',
  drill: 'drills of their own',
  siteIssues: 'issues',
  siteRuns: 'history of runs',
  siteServers: 'servers of its own to show',
  apiVersions: 'API versions to show',
  quotas: 'quotas',
  failedTasks: 'list of failed tasks',
  rpoStatistics: 'statistics of recovery points',
  tagValues: 'tags',
  instancesByTag: 'tags',
};

/** A 404 that names the provider and the thing it has not. */
export function notOffered({ siteId, descriptor }: Provider, read: FurtherRead): ProblemError {
  const detail = `${descriptor.title} (the site ${siteId}) has no ${THINGS[read]}.`;
  return new ProblemError(problem('not-offered', detail));
}
