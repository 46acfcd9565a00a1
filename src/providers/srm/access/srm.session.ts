import type { Clock } from '../../../platform/clock.js';
import type { Log } from '../../../platform/log/log.js';
import { ProviderError } from '../../provider-error.js';
import { basic, LocalLogin, refusedLogin, sessionHeader, type LocalSession } from './srm.local-login.js';
import { LoginPause } from './srm.login-pause.js';
import type { PairedSites } from './srm.pairing.js';
import { SingleFlight } from './srm.single-flight.js';
import type { SrmSettings } from '../srm.settings.js';
import type { SrmUpstream } from '../wire/srm.upstream.js';

export { sessionHeader, type LocalSession } from './srm.local-login.js';

/** A login at the far site that takes as long would use up the time in which a change may be sent. */
const SLOW_MS = 2_000;
const SILENCE_MS = 30_000;
/** For how long a far login that was seen is believed to stand when something is to be changed. */
const BELIEVED_MS = 30_000;

/** Which of the two logins an appliance says it misses; UNTOLD = it could not be asked. */
export type MissingLogin = 'LOCAL' | 'REMOTE' | 'NONE' | 'UNTOLD';

/** Both logins as far as they can be made; `farTrouble` says why the far one is missing, null = it stands. */
export interface Logins {
  local: LocalSession;
  farTrouble: ProviderError | null;
}

/**
 * The two logins of SRM: one at the appliance, and under the same session id one at the far site of the
 * pairing (1.4, 1.5). Both are made when needed, one caller at a time. A far login is lost with the session
 * it belongs to.
 */
export class SrmSession {
  /** The id of the local session that is logged in at the far site as well. */
  private remoteOf: string | null = null;
  /** When the far login was made or last seen. */
  private remoteSeenAt = 0;
  /** Why the last login at the far site failed; null = it did not. */
  private remoteFailure: ProviderError | null = null;
  /** Until when a far site that kept us waiting is not asked again. */
  private silentUntil = 0;
  private readonly localLogin: LocalLogin;
  private readonly remoteLogin = new SingleFlight<void>();
  private readonly remotePause: LoginPause;

  constructor(
    private readonly upstream: SrmUpstream,
    private readonly settings: SrmSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.localLogin = new LocalLogin(upstream, settings, clock, log);
    this.remotePause = new LoginPause(clock);
  }

  local(signal: AbortSignal): Promise<LocalSession> {
    return this.localLogin.session(signal);
  }

  /** The local session, logged in at the far site too. */
  async both(sites: PairedSites, signal: AbortSignal): Promise<LocalSession> {
    // Twice: the login at the far site may be what shows that the local session is gone.
    for (let round = 0; round < 2; round += 1) {
      const local = await this.local(signal);
      if (sites.sameVcenter || this.remoteOf === local.id) return local;
      await this.remoteLogin.run(() => this.logInRemotely(sites, local), signal);
      if (this.remoteOf === local.id) return local;
    }
    throw new ProviderError('UNAUTHENTICATED', 'The SRM session ended while the far site was logged in at.', {
      retry: 'TEMPORARY',
    });
  }

  /** The local session, and the far login with it unless that one fails. */
  async asFarAsPossible(sites: PairedSites, signal: AbortSignal): Promise<Logins> {
    try {
      return { local: await this.both(sites, signal), farTrouble: null };
    } catch (error) {
      const farTrouble = this.remoteFailure;
      if (farTrouble === null || error !== farTrouble) throw error;
      return { local: await this.local(signal), farTrouble };
    }
  }

  /**
   * As far as possible, before a change: a far login that was not seen for a while is looked at first, since
   * its loss may be told as a 500 (1.5), after which nobody knows whether the change was begun.
   */
  async forChange(sites: PairedSites, signal: AbortSignal): Promise<Logins> {
    const local = await this.local(signal);
    const seenAgo = this.clock.monotonic() - this.remoteSeenAt;
    if (!sites.sameVcenter && this.isRemote(local) && seenAgo >= BELIEVED_MS) {
      await this.findMissing(sites, local, AbortSignal.any([signal, AbortSignal.timeout(SLOW_MS)]));
    }
    return this.asFarAsPossible(sites, signal);
  }

  /** Whether this session is believed to be logged in at the far site. */
  isRemote(local: LocalSession): boolean {
    return this.remoteOf === local.id;
  }

  /** This session has let a request in. */
  prove(local: LocalSession): void {
    this.localLogin.prove(local);
  }

  /** This session is gone upstream. Another one, made in the meantime, is kept. */
  forget(local: LocalSession): void {
    this.localLogin.forget(local);
    if (this.remoteOf === local.id) this.remoteOf = null;
  }

  /** After a 401, a 403 or a gap: asks which login is missing and forgets only that (1.5). */
  async findMissing(sites: PairedSites, local: LocalSession, signal: AbortSignal): Promise<MissingLogin> {
    try {
      if (!(await this.localLogin.isKnown(local, signal))) {
        this.forget(local);
        return 'LOCAL';
      }
      if (sites.sameVcenter) return 'NONE';
      const remote = await this.upstream.read({
        method: 'GET',
        path: remotePath(sites),
        headers: sessionHeader(local),
        signal,
      });
      if (remote.status === 429 || remote.status >= 502) return 'UNTOLD';
      if (remote.status >= 200 && remote.status < 300) {
        this.remoteSeenAt = this.clock.monotonic();
        return 'NONE';
      }
      if (this.remoteOf === local.id) this.remoteOf = null;
      this.silentUntil = 0;
      return 'REMOTE';
    } catch (error) {
      if (error instanceof ProviderError) return 'UNTOLD';
      throw error;
    }
  }

  /** Logs out at both ends: the far login ends with the local one. Never throws, and takes seconds at most. */
  async close(): Promise<void> {
    this.remoteOf = null;
    await this.localLogin.close();
  }

  private async logInRemotely(sites: PairedSites, local: LocalSession): Promise<void> {
    const begun = this.clock.monotonic();
    if (this.remoteFailure !== null && begun < this.silentUntil) throw this.remoteFailure;
    try {
      await this.askRemotely(sites, local);
    } catch (error) {
      if (error instanceof ProviderError) {
        if (this.remoteFailure === null)
          this.log.warn({ reason: error.message }, 'login at the far site failed');
        this.remoteFailure = error;
        const now = this.clock.monotonic();
        if (now - begun >= SLOW_MS) this.silentUntil = now + SILENCE_MS;
      }
      throw error;
    }
  }

  private async askRemotely(sites: PairedSites, local: LocalSession): Promise<void> {
    this.remotePause.check();
    const { remoteUserName, remotePassword } = this.settings.auth;
    const response = await this.upstream.read({
      method: 'POST',
      path: remotePath(sites),
      headers: { ...sessionHeader(local), authorization: basic(remoteUserName, remotePassword) },
    });
    if (response.status >= 200 && response.status < 300) {
      this.remoteOf = local.id;
      this.remoteSeenAt = this.clock.monotonic();
      this.remoteFailure = null;
      this.silentUntil = 0;
      this.remotePause.clear();
      this.prove(local);
      return;
    }
    // 401 may speak of either login.
    if (response.status === 401 && !(await this.localLogin.isKnown(local, AbortSignal.timeout(10_000)))) {
      this.forget(local);
      return;
    }
    const failure = this.upstream.failure(response);
    // Which status goes with a far server that is down is not stated (1.5); its name is the better sign.
    if (speaksOfDownConnection(failure)) throw farSiteSilent(failure);
    if ([400, 401, 403].includes(response.status)) {
      throw this.remotePause.note(
        refusedLogin(failure, 'The far site refuses the login with "auth.remoteUserName".'),
      );
    }
    throw failure;
  }
}

function remotePath(sites: PairedSites): string {
  return `/pairings/${encodeURIComponent(sites.pairingId)}/remote-session`;
}

function speaksOfDownConnection({ upstream }: ProviderError): boolean {
  return [upstream.code, upstream.message].some((text) => text?.includes('ConnectionDownFault') === true);
}

function farSiteSilent({ message, upstream }: ProviderError): ProviderError {
  return new ProviderError('UNAVAILABLE', message, { retry: 'TEMPORARY', upstream });
}
