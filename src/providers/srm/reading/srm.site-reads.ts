import { publicId } from '../../../domain/ids.js';
import type { Issue, SiteServer } from '../../../domain/site-facts.js';
import type { FurtherReads } from '../../further-reads.js';
import { ProviderError } from '../../provider-error.js';
import type { ReadingParts } from './srm.group-reads.js';
import type { SrmHistory } from './srm.history.js';
import type { WireList } from '../wire/srm.lists.js';
import type { PairedSites } from '../access/srm.pairing.js';
import type { WireIssue, WireSiteServer } from '../wire/srm.parts-wire.js';
import { pairingPath, serverIssuesPath } from '../wire/srm.paths.js';
import { apiVersionsOf, issueOf, runReportOf, siteServerOf, type ServerContext } from './srm.site-mapper.js';
import { mustTell } from './srm.wholeness.js';
import { clauseOf, textOf, type WirePlan } from '../wire/srm.wire.js';

export type SiteReads = Pick<FurtherReads, 'siteIssues' | 'siteRuns' | 'siteServers' | 'apiVersions'>;

/** What the pair of sites tells of itself (2, rows 6, 35, 81, 111, 131 and 145). */
export function siteReads(
  { siteId, client }: ReadingParts,
  history: SrmHistory,
  configuredVersion: string | null,
): SiteReads {
  return {
    async siteIssues(_where, { signal }) {
      const { localServerId, remoteServerId } = await client.pairedSites(signal);
      const list = (path: string): Promise<WireList<WireIssue>> =>
        client.list<WireIssue>(path, signal, { remote: true }, null);
      const sources = [
        { name: 'the pair of sites', path: pairingPath('issues') },
        ...(localServerId === null
          ? []
          : [{ name: 'the SRM server of this site', path: serverIssuesPath(localServerId) }]),
        ...(remoteServerId === null || remoteServerId === localServerId
          ? []
          : [{ name: 'the SRM server of the other site', path: serverIssuesPath(remoteServerId) }]),
      ];
      const answers = await Promise.allSettled(sources.map(({ path }) => list(path)));
      const issues: Issue[] = [];
      for (const [index, answer] of answers.entries()) {
        const name = sources[index]?.name ?? '';
        if (answer.status === 'rejected') issues.push(unread(name, troubleOf(answer.reason)));
        else {
          issues.push(...answer.value.items.map((issue) => issueOf(issue, siteId)));
          issues.push(...answer.value.gaps.map((gap) => unread(name, gap)));
        }
      }
      const failed = answers.filter((answer) => answer.status === 'rejected');
      if (failed.length === answers.length) throw failed[0]?.reason;
      return unlike(issues);
    },

    async siteRuns({ fromMs, untilMs }, { signal }) {
      const [reports, plans] = await Promise.all([
        history.reports(null, { fromMs, untilMs }, signal),
        client.plans(signal),
      ]);
      return reports.map((report) => {
        const planId = planIdOf(textOf(report.plan_name), plans);
        return runReportOf(report, planId === null ? null : publicId(siteId, planId));
      });
    },

    async siteServers(_where, { signal }) {
      const sites = await client.pairedSites(signal);
      const list = async (path: string): Promise<WireList<WireSiteServer>> => {
        const servers = await client.list<WireSiteServer>(path, signal, { remote: true });
        mustTell(servers);
        return servers;
      };
      const [srms, vcenters] = await Promise.all([list(pairingPath('srms')), list(pairingPath('vcenters'))]);
      const nowMs = client.clock.now();
      return [
        ...serversOf(srms, 'RECOVERY_MANAGER', sites, nowMs),
        ...serversOf(vcenters, 'VCENTER', sites, nowMs),
      ];
    },

    async apiVersions(_where, { signal }) {
      const info = await client.one<WireSiteServer>('/server/info', signal);
      return apiVersionsOf(configuredVersion, textOf(info.version));
    },
  };
}

function serversOf(
  servers: WireList<WireSiteServer>,
  role: SiteServer['role'],
  sites: PairedSites,
  nowMs: number,
): SiteServer[] {
  const localId = role === 'VCENTER' ? sites.localVcenter.id : sites.localServerId;
  const remoteId = role === 'VCENTER' ? sites.remoteVcenter.id : sites.remoteServerId;
  const common = { role, gaps: servers.gaps, nowMs };
  const told = servers.items.map((server) =>
    siteServerOf(server, { ...common, end: server.id === localId ? 'LOCAL' : 'REMOTE' }),
  );
  const missing = (id: string | null): boolean =>
    servers.gaps.length > 0 && id !== null && told.every((server) => server.id !== id);
  const name = role === 'VCENTER' ? sites.remoteVcenter.name : null;
  return [
    ...told,
    // It is known from the pairing, but nothing is known of it now.
    ...(missing(remoteId) ? [unknownServer(remoteId ?? '', name, { ...common, end: 'REMOTE' })] : []),
  ];
}

function unknownServer(id: string, name: string | null, cx: ServerContext): SiteServer {
  return siteServerOf({ id, name }, cx);
}

/** The history names plans only by what they were called; a name that several bear says nothing (3.7). */
function planIdOf(name: string | null, plans: WireList<WirePlan>): string | null {
  const named = plans.items.filter((plan) => name !== null && plan.name === name);
  return named.length === 1 ? (named[0]?.id ?? null) : null;
}

/** The pair repeats what its servers say. */
function unlike(issues: readonly Issue[]): Issue[] {
  const words = ({ severity, kind, resourceId, resourceName, text }: Issue): string =>
    JSON.stringify([severity, kind, resourceId, resourceName, text]);
  return [...new Map(issues.map((issue) => [words(issue), issue])).values()];
}

/** What could not be asked after is an issue itself, lest its silence be taken for health. */
function unread(name: string, why: string): Issue {
  return {
    severity: 'WARNING',
    kind: 'UNREAD',
    resourceId: null,
    resourceName: null,
    text: `The issues of ${name} could not be read: ${clauseOf(why)}.`,
    time: null,
  };
}

function troubleOf(error: unknown): string {
  if (error instanceof ProviderError) return error.message;
  throw error;
}
