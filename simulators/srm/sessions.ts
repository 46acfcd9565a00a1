import { Refusal, unauthenticated } from './errors.js';
import { connected } from './sites.js';
import { otherSite, type Session, type SiteKey, type SrmSim } from './world.js';

/** A new session for the site's own account; ids are opaque and look like base64 (srm reference 1.4). */
export function logIn(sim: SrmSim, site: SiteKey, authorization: string | undefined): Session {
  const username = knownUser(sim, site, authorization);
  const id = Buffer.from(sim.random.hex(48), 'hex').toString('base64');
  const session: Session = { id, site, username, lastUsed: sim.instant, remote: {} };
  sim.state.sessions.push(session);
  return session;
}

/** The live session of a request; using it keeps it alive. */
export function sessionOf(sim: SrmSim, site: SiteKey, id: string | undefined): Session {
  const oldest = sim.instant - sim.settings.sessionIdleMs;
  sim.state.sessions = sim.state.sessions.filter((session) => session.lastUsed > oldest);
  const session = sim.state.sessions.find((each) => each.id === id && each.site === site);
  if (!session) throw unauthenticated();
  session.lastUsed = sim.instant;
  return session;
}

export function logOut(sim: SrmSim, session: Session): void {
  sim.state.sessions = sim.state.sessions.filter((each) => each !== session);
}

/** The second login, at the far site, under the same session id (srm reference 1.5). */
export function logInRemotely(sim: SrmSim, session: Session, authorization: string | undefined): void {
  session.remote[sim.state.pairingId] = knownUser(sim, otherSite(session.site), authorization);
}

export const remoteUser = (sim: SrmSim, session: Session): string | null =>
  session.remote[sim.state.pairingId] ?? null;

/** Whether the far site may be asked: by login, or because there is no far vCenter at all. */
export const seesRemote = (sim: SrmSim, session: Session): boolean =>
  connected(sim.state) && (sim.settings.robo || remoteUser(sim, session) !== null);

export const noRemoteSession = (sim: SrmSim): Refusal =>
  new Refusal(
    sim.settings.missingRemoteStatus,
    'NotAuthenticated',
    'There is no session at the remote site of the pairing.',
  );

export const remoteDown = (sim: SrmSim): Refusal =>
  new Refusal(sim.settings.remoteDownStatus, 'ConnectionDownFault', 'The remote site cannot be reached.');

function knownUser(sim: SrmSim, site: SiteKey, authorization: string | undefined): string {
  const encoded = /^Basic\s+(.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const [username, ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  const password = rest.join(':');
  const known = sim.settings.accounts[site].some(
    (account) => account.username === username && account.password === password,
  );
  if (!known || username === undefined) throw unauthenticated();
  return username;
}
