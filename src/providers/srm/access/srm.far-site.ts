import type { Blocker } from '../../provider-driver.js';
import type { ProviderError, ProviderErrorKind } from '../../provider-error.js';
import type { SrmClient } from '../wire/srm.client.js';
import type { PairedSites } from './srm.pairing.js';
import { textOf, type WirePlan, type WireSided } from '../wire/srm.wire.js';

/** The other end of the pairing, as it can be seen from here. */
export interface FarSite {
  sites: PairedSites;
  /** Why the login there fails; null = it stands, or is not wanted. */
  trouble: ProviderError | null;
  /** Its server cannot be reached. */
  isDown: boolean;
}

const SILENCE: readonly ProviderErrorKind[] = ['UNAVAILABLE', 'TIMEOUT', 'UPSTREAM_FAULT'];
const REFUSAL: readonly ProviderErrorKind[] = ['UNAUTHENTICATED', 'PERMISSION_DENIED', 'INVALID_ARGUMENT'];

export async function farSiteOf(client: SrmClient, signal: AbortSignal): Promise<FarSite> {
  const sites = await client.pairedSites(signal, true);
  const { farTrouble } = await client.session.asFarAsPossible(sites, signal);
  return {
    sites,
    trouble: farTrouble,
    isDown: sites.farServerDown || (farTrouble !== null && isSilence(farTrouble)),
  };
}

/** Whether a login failed because nobody is there: a refusal is an answer (1.5). */
export async function failsForSilence(
  trouble: ProviderError,
  client: SrmClient,
  signal: AbortSignal,
): Promise<boolean> {
  if (isSilence(trouble)) return true;
  return !REFUSAL.includes(trouble.kind) && (await client.pairedSites(signal, true)).farServerDown;
}

function isSilence(trouble: ProviderError): boolean {
  return SILENCE.includes(trouble.kind);
}

/** For what needs the login at the far site and its server (contract E/E, section 2). */
export function blockersOfBoth(far: FarSite): Blocker[] {
  if (far.isDown) return [farSiteDown('SRM needs it for this', far), ...refusedLogin(far)];
  return far.trouble === null ? [] : [missingLogin(far.trouble)];
}

/** For what needs the far server, but no login there (contract D/E). */
export function blockersOfServer(sites: PairedSites): Blocker[] {
  return sites.farServerDown
    ? [farSiteDown('SRM needs it for this', { sites, trouble: null, isDown: true })]
    : [];
}

/**
 * For what SRM does alone where it is about something of this site, and else only with the login at the far one
 * and its server (contract D/D, section 2).
 */
export function blockersOfDependent(far: FarSite, named: WireSided): Blocker[] {
  return isOfThisSite(far.sites, named) ? [] : blockersOfBoth(far);
}

/** As the former, but no login is needed there, only the server (contract O/D). */
export function blockersOfDependentServer(far: FarSite, named: WireSided): Blocker[] {
  return far.isDown ? blockersOfDependent(far, named) : [];
}

/** Kept by the server of this site, which ends its id (1.6), or recovered here (4.6) [I]. */
function isOfThisSite({ localServerId, localVcenter }: PairedSites, named: WireSided): boolean {
  if (localServerId !== null && named.id.endsWith(`:${localServerId}`)) return true;
  const recovery = textOf(named.recovery_vc_guid);
  return recovery === null || localVcenter.id === null || recovery === localVcenter.id;
}

/**
 * For a run (contract E/D): the server of the plan's recovery site carries it out (4.6), so it may begin
 * while the other one is down, with the login at this site alone; a login that is refused is still missing.
 */
export function blockersOfRun(far: FarSite, plan: WirePlan): Blocker[] {
  if (far.isDown && recoversFarAway(far.sites, plan)) {
    return [farSiteDown('it is the recovery site, which carries out the run', far), ...refusedLogin(far)];
  }
  if (far.isDown) return refusedLogin(far);
  return far.trouble === null ? [] : [missingLogin(far.trouble)];
}

export function runWarnings(far: FarSite): string[] {
  if (!far.isDown) return [];
  const login =
    far.trouble === null
      ? ''
      : ` The run is sent with the login at this site alone, since the other one fails: ${far.trouble.message}`;
  return [`The far site cannot be reached; the run does without it.${login}`];
}

/** Where both ends are one vCenter, or SRM does not tell, nothing is concluded. */
function recoversFarAway(sites: PairedSites, plan: WirePlan): boolean {
  const recovery = textOf(plan.recovery_vc_guid);
  return recovery !== null && sites.localVcenter.id !== null && recovery !== sites.localVcenter.id;
}

function refusedLogin(far: FarSite): Blocker[] {
  return far.trouble !== null && REFUSAL.includes(far.trouble.kind) ? [missingLogin(far.trouble)] : [];
}

function farSiteDown(why: string, far: FarSite): Blocker {
  const said = far.trouble === null ? 'SRM reports its server in ERROR' : far.trouble.message;
  return {
    code: 'far-site-down',
    ofSite: true,
    text: `The far site cannot be reached, and ${why}. What is known: ${said.replace(/\.$/, '')}.`,
    remedy:
      'Bring the SRM server of the far site back, or the connection to it. Only drills and recoveries of plans that recover at this site go on without it.',
  };
}

function missingLogin(trouble: ProviderError): Blocker {
  return {
    code: 'remote-session-missing',
    ofSite: true,
    text: `SRM needs a login at the far site for this, and it fails: ${trouble.message}`,
    remedy:
      'Check "auth.remoteUserName" and "auth.remotePassword" of the site and that the far site answers, then try again.',
  };
}
