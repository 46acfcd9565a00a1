import type { DrAction } from '../../../domain/dr-action.js';
import { publicId } from '../../../domain/ids.js';
import type { ApiVersion, Issue, RunReport, SiteServer } from '../../../domain/site-facts.js';
import type { WireCertificate, WireIssue, WireSiteServer } from '../wire/srm.parts-wire.js';
import { clauseOf, epochMsOf, textOf, textsOf, timeOf, type WireHistoryReport } from '../wire/srm.wire.js';

/** What an issue of these kinds may be about that has a public id; a machine of a group has none of this kind. */
const ABOUT_RESOURCES: readonly string[] = ['PROTECTION_GROUP', 'RECOVERY_PLAN'];

export function issueOf(wire: WireIssue, siteId: string): Issue {
  const kind = textOf(wire.issue_type) ?? 'UNKNOWN';
  const entity = textOf(wire.entity);
  const isResource = entity !== null && ABOUT_RESOURCES.includes(kind) && !/^VirtualMachine:/i.test(entity);
  return {
    // Whatever is not plainly a warning is taken seriously.
    severity: wire.status === 'WARNING' ? 'WARNING' : 'ERROR',
    kind,
    resourceId: isResource ? publicId(siteId, entity) : null,
    resourceName: textOf(wire.entity_name),
    text: textsOf([wire.description])[0] ?? 'SRM reports an issue without a description.',
    time: timeOf(wire.timestamp),
  };
}

/** A recovery may have been planned or not: the history does not tell (3.11). */
const ACTION_OF: Readonly<Record<string, DrAction>> = {
  TEST: 'START_DRILL',
  CLEANUP: 'CLEAN_UP_DRILL',
  REPROTECT: 'REPROTECT',
};

const RESULT_OF: Readonly<Record<string, RunReport['result']>> = {
  SUCCESS: 'SUCCEEDED',
  WARNINGS: 'SUCCEEDED_WITH_WARNINGS',
  ERRORS: 'FAILED',
  CANCELLED: 'CANCELLED',
};

/** @param planId public; null = not known */
export function runReportOf(wire: WireHistoryReport, planId: string | null): RunReport {
  const type = textOf(wire.operation_type) ?? 'UNKNOWN';
  const result = textOf(wire.result_state) ?? 'UNKNOWN';
  return {
    id: reportIdOf(wire),
    recoveryPlanId: planId,
    planName: textOf(wire.plan_name) ?? '',
    action: ACTION_OF[type] ?? null,
    upstreamAction: type,
    result: RESULT_OF[result] ?? 'UNKNOWN',
    upstreamResult: result,
    requestedBy: textOf(wire.username),
    startedTime: timeOf(wire.start_time_ms),
    durationMs: epochMsOf(wire.duration_ms),
    errorCount: countOf(wire.error_count),
    warningCount: countOf(wire.warning_count),
    errors: textsOf(wire.errors_list),
    warnings: textsOf(wire.warnings_list),
  };
}

/** The key of the run is taken for the id of its report (3.11). */
function reportIdOf({ run_key: key }: WireHistoryReport): string {
  return typeof key === 'number' ? String(key) : (textOf(key) ?? '');
}

export interface ServerContext {
  role: SiteServer['role'];
  end: SiteServer['end'];
  /** What the answer left out. */
  gaps: readonly string[];
  nowMs: number;
}

const SOON_MS = 30 * 86_400_000;

export function siteServerOf(wire: WireSiteServer, cx: ServerContext): SiteServer {
  const expiryMs = earliestExpiryOf(wire.certificates);
  const state = textOf(wire.server_status);
  const isKnown = state === 'OK' || state === 'WARNING' || state === 'ERROR';
  const certificateUnread = !Array.isArray(wire.certificates) && cx.gaps.length > 0;
  return {
    id: textOf(wire.id) ?? '',
    name: textOf(wire.name) ?? textOf(wire.id) ?? '',
    role: cx.role,
    end: cx.end,
    state: isKnown ? state : 'UNKNOWN',
    version: textOf(wire.version),
    certificateExpiryTime: timeOf(expiryMs),
    warnings: [
      ...expiryWarnings(expiryMs, cx.nowMs),
      ...(wire.certificate_warnings ?? []).map(
        (warning) => `Its certificate is not in order: ${certificateWarningText(warning)}.`,
      ),
      ...(certificateUnread
        ? cx.gaps.map((gap) => `SRM could not tell everything of it: ${clauseOf(gap)}.`)
        : []),
    ],
  };
}

/** The document shows a server's address and its certificate (3.3); others may be plain text. */
export function certificateWarningText(warning: unknown): string {
  if (typeof warning === 'string') return warning;
  const { server_url: url, certificate } = (warning ?? {}) as {
    server_url?: unknown;
    certificate?: WireCertificate | null;
  };
  const subject = textOf(certificate?.subject_dn);
  const until = timeOf(certificate?.not_after);
  const told = [
    ...(subject === null ? [] : [subject]),
    ...(textOf(url) === null ? [] : [`at ${textOf(url)}`]),
    ...(until === null ? [] : [`valid until ${until.slice(0, 10)}`]),
  ];
  return told.length === 0 ? 'SRM does not say why' : told.join(' ');
}

export function earliestExpiryOf(certificates: readonly WireCertificate[] | null | undefined): number | null {
  const times = (certificates ?? []).map((each) => epochMsOf(each?.not_after)).filter((ms) => ms !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** @param whose how the sentence begins */
export function expiryWarnings(expiryMs: number | null, nowMs: number, whose = 'Its certificate'): string[] {
  const day = timeOf(expiryMs)?.slice(0, 10);
  if (expiryMs === null || day === undefined || expiryMs - nowMs > SOON_MS) return [];
  return [expiryMs <= nowMs ? `${whose} expired on ${day}.` : `${whose} expires on ${day}.`];
}

/**
 * The appliance has no list of versions: what is configured answers, and what stands beside it is known from the
 * server's version (1.2): v2 since 8.8 at the latest, v1 deprecated since 9.
 * @param configured `v1` or `v2`, as the site's address ends; null = it ends otherwise
 */
export function apiVersionsOf(configured: string | null, serverVersion: string | null): ApiVersion[] {
  const [major, minor] = (serverVersion ?? '').split('.').map(Number);
  const atLeast = (wantedMajor: number, wantedMinor: number): boolean =>
    major !== undefined &&
    (major > wantedMajor || (major === wantedMajor && minor !== undefined && minor >= wantedMinor));
  const servesV2 = configured === 'v2' || atLeast(8, 8);
  const versions: ApiVersion[] = [];
  const add = (id: string, state: ApiVersion['state']): number =>
    versions.push({ id, state, updatedTime: null });
  if (servesV2) add('v2', 'CURRENT');
  if (atLeast(9, 0)) add('v1', 'DEPRECATED');
  else if (atLeast(8, 6)) add('v1', servesV2 ? 'SUPPORTED' : 'CURRENT');
  else if (configured === 'v1' || servesV2) add('v1', 'UNKNOWN');
  return versions;
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
