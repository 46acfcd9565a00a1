import type { Clock } from '../../platform/clock.js';
import type { Log } from '../../platform/log/log.js';
import { ProviderError } from '../provider-error.js';
import { badAnswer } from './srm.errors.js';
import { LoginPause } from './srm.login-pause.js';
import type { PairedSites } from './srm.pairing.js';
import { SingleFlight } from './srm.single-flight.js';
import type { SrmSettings } from './srm.settings.js';
import type { SrmUpstream } from './srm.upstream.js';
import { textOf } from './srm.wire.js';

export interface LocalSession {
  readonly id: string;
  readonly madeAt: number;
}

/** A login at the far site that takes as long would use up the time in which a change may be sent. */
const SLOW_MS = 2_000;
const SILENCE_MS = 30_000;

/** Which of the two logins an appliance says it misses; UNTOLD = it could not be asked. */
export type MissingLogin = 'LOCAL' | 'REMOTE' | 'NONE' | 'UNTOLD';

export function sessionHeader(local: LocalSession): Record<string, string> {
  return { 'x-dr-session': local.id };
}

/**
 * The two logins of SRM: one at the appliance, and under the same session id one at the far site of the
 * pairing (1.4, 1.5). Both are made when needed, one caller at a time. There is no renewal call: a session
 * of the configured age is replaced before its next use, and its remote login is lost with it.
 */
export class SrmSession {
  private current: LocalSession | null = null;
  /** Replaced by age, perhaps still carried by a request under way: ended when the next one is replaced. */
  private retired: LocalSession | null = null;
  /** The id of the local session that is logged in at the far site as well. */
  private remoteOf: string | null = null;
  /** Why the last login at the far site failed; null = it did not. */
  private remoteFailure: ProviderError | null = null;
  /** Until when a far site that kept us waiting is not asked again. */
  private silentUntil = 0;
  private readonly localLogin = new SingleFlight<LocalSession>();
  private readonly remoteLogin = new SingleFlight<void>();
  private readonly localPause: LoginPause;
  private readonly remotePause: LoginPause;
  private readonly maxAgeMs: number;

  constructor(
    private readonly upstream: SrmUpstream,
    private readonly settings: SrmSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.maxAgeMs = (settings.sessionMaxAgeSeconds ?? 280) * 1000;
    this.localPause = new LoginPause(clock);
    this.remotePause = new LoginPause(clock);
  }

  async local(signal: AbortSignal): Promise<LocalSession> {
    const { current } = this;
    if (current !== null && this.clock.monotonic() - current.madeAt < this.maxAgeMs) return current;
    return this.localLogin.run(() => this.logIn(), signal);
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

  /** The local session, and why it is not logged in at the far site too; null = it is. */
  async asFarAsPossible(
    sites: PairedSites,
    signal: AbortSignal,
  ): Promise<{ local: LocalSession; farTrouble: ProviderError | null }> {
    try {
      return { local: await this.both(sites, signal), farTrouble: null };
    } catch (error) {
      const farTrouble = this.remoteFailure;
      if (farTrouble === null || error !== farTrouble) throw error;
      return { local: await this.local(signal), farTrouble };
    }
  }

  /** Whether this session is believed to be logged in at the far site. */
  isRemote(local: LocalSession): boolean {
    return this.remoteOf === local.id;
  }

  /** This session is gone upstream. Another one, made in the meantime, is kept. */
  forget(local: LocalSession): void {
    if (this.current?.id === local.id) this.current = null;
    if (this.remoteOf === local.id) this.remoteOf = null;
  }

  /** After a 401, a 403 or a gap: asks which login is missing and forgets only that (1.5). */
  async findMissing(sites: PairedSites, local: LocalSession, signal: AbortSignal): Promise<MissingLogin> {
    try {
      if (!(await this.isKnown(local, signal))) {
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
      if (remote.status >= 200 && remote.status < 300) return 'NONE';
      if (this.remoteOf === local.id) this.remoteOf = null;
      this.silentUntil = 0;
      return 'REMOTE';
    } catch (error) {
      if (error instanceof ProviderError) return 'UNTOLD';
      throw error;
    }
  }

  /** Logs out; a 401 says that it was done before (7.10). Never throws. */
  async close(): Promise<void> {
    const open = [this.current, this.retired].filter((session) => session !== null);
    this.current = null;
    this.retired = null;
    this.remoteOf = null;
    await Promise.all(open.map((session) => this.logOut(session)));
  }

  private async logIn(): Promise<LocalSession> {
    this.localPause.check();
    const { userName, password } = this.settings.auth;
    const response = await this.upstream.read({
      method: 'POST',
      path: '/session',
      headers: { authorization: basic(userName, password) },
    });
    if ([400, 401, 403].includes(response.status)) {
      throw this.localPause.note(
        refusedLogin(
          this.upstream.failure(response),
          'The appliance refuses the login with "auth.userName".',
        ),
      );
    }
    if (response.status !== 200) throw this.upstream.failure(response);
    const body = response.json as { session_id?: unknown } | null | undefined;
    // One client looks for the id in the header when the body has none (1.4).
    const id = textOf(body?.session_id) ?? textOf(response.headers['x-dr-session']);
    if (id === null) throw badAnswer(response, 'a login without a session id');
    this.localPause.clear();
    const stale = this.retired;
    this.retired = this.current;
    this.current = { id, madeAt: this.clock.monotonic() };
    this.remoteOf = null;
    if (stale !== null) void this.logOut(stale);
    return this.current;
  }

  private async logInRemotely(sites: PairedSites, local: LocalSession): Promise<void> {
    const begun = this.clock.monotonic();
    if (this.remoteFailure !== null && begun < this.silentUntil) throw this.remoteFailure;
    try {
      this.remotePause.check();
      const { remoteUserName, remotePassword } = this.settings.auth;
      const response = await this.upstream.read({
        method: 'POST',
        path: remotePath(sites),
        headers: { ...sessionHeader(local), authorization: basic(remoteUserName, remotePassword) },
      });
      if (response.status >= 200 && response.status < 300) {
        this.remoteOf = local.id;
        this.remoteFailure = null;
        this.silentUntil = 0;
        this.remotePause.clear();
        return;
      }
      // 401 may speak of either login.
      if (response.status === 401 && !(await this.isKnown(local, AbortSignal.timeout(10_000)))) {
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

  private async isKnown(local: LocalSession, signal: AbortSignal): Promise<boolean> {
    const answer = await this.upstream.read({
      method: 'GET',
      path: '/session',
      headers: sessionHeader(local),
      signal,
    });
    if (answer.status === 401 || answer.status === 403) return false;
    if (answer.status >= 200 && answer.status < 300) return true;
    throw this.upstream.failure(answer);
  }

  private async logOut(session: LocalSession): Promise<void> {
    try {
      await this.upstream.read({ method: 'DELETE', path: '/session', headers: sessionHeader(session) });
    } catch {
      this.log.debug('a session could not be ended; it will end by itself');
    }
  }
}

function remotePath(sites: PairedSites): string {
  return `/pairings/${encodeURIComponent(sites.pairingId)}/remote-session`;
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

function speaksOfDownConnection({ upstream }: ProviderError): boolean {
  return [upstream.code, upstream.message].some((text) => text?.includes('ConnectionDownFault') === true);
}

function farSiteSilent({ message, upstream }: ProviderError): ProviderError {
  return new ProviderError('UNAVAILABLE', message, { retry: 'TEMPORARY', upstream });
}

function refusedLogin(failure: ProviderError, sentence: string): ProviderError {
  return new ProviderError('UNAUTHENTICATED', sentence, { upstream: failure.upstream });
}
