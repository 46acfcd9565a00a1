import type { Clock } from '../../../platform/clock.js';
import type { Log } from '../../../platform/log/log.js';
import { ProviderError } from '../../provider-error.js';
import { badAnswer } from '../wire/srm.errors.js';
import { LoginPause } from './srm.login-pause.js';
import { SingleFlight, untilAborted } from './srm.single-flight.js';
import type { SrmSettings } from '../srm.settings.js';
import type { SrmUpstream } from '../wire/srm.upstream.js';
import { textOf } from '../wire/srm.wire.js';

export interface LocalSession {
  readonly id: string;
  readonly madeAt: number;
  /** It has let a request in. */
  proven: boolean;
}

/** After this many new sessions in a row that let nothing in, the login is left alone for a while. */
const PATIENCE = 3;
/** Each of two waits at shutdown. */
const GOOD_BYE_MS = 1_000;

export function sessionHeader(local: LocalSession): Record<string, string> {
  return { 'x-dr-session': local.id };
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

export function refusedLogin(failure: ProviderError, sentence: string): ProviderError {
  return new ProviderError('UNAUTHENTICATED', sentence, { upstream: failure.upstream });
}

/**
 * The login at the appliance (1.4). There is no renewal call: a session of the configured age is replaced
 * before its next use.
 */
export class LocalLogin {
  private current: LocalSession | null = null;
  /** Replaced by age, perhaps still carried by a request under way: ended when the next one is replaced. */
  private retired: LocalSession | null = null;
  private closed = false;
  private readonly underWay = new SingleFlight<LocalSession>();
  private readonly refused: LoginPause;
  private readonly unwanted: LoginPause;
  private readonly maxAgeMs: number;

  constructor(
    private readonly upstream: SrmUpstream,
    private readonly settings: SrmSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.maxAgeMs = (settings.sessionMaxAgeSeconds ?? 280) * 1000;
    this.refused = new LoginPause(clock);
    this.unwanted = new LoginPause(clock, PATIENCE);
  }

  async session(signal: AbortSignal): Promise<LocalSession> {
    const { current } = this;
    if (current !== null && this.clock.monotonic() - current.madeAt < this.maxAgeMs) return current;
    return this.underWay.run(() => this.logIn(), signal);
  }

  /** It has let a request in. */
  prove(local: LocalSession): void {
    local.proven = true;
    this.unwanted.clear();
  }

  /** It is gone upstream. Another one, made in the meantime, is kept. */
  forget(local: LocalSession): void {
    if (this.current?.id !== local.id) return;
    this.current = null;
    if (!local.proven) this.unwanted.note(notTaken());
  }

  /** Throws when the appliance does not say. */
  async isKnown(local: LocalSession, signal: AbortSignal): Promise<boolean> {
    const answer = await this.upstream.read({
      method: 'GET',
      path: '/session',
      headers: sessionHeader(local),
      signal,
    });
    if (answer.status === 401 || answer.status === 403) return false;
    if (answer.status < 200 || answer.status >= 300) throw this.upstream.failure(answer);
    this.prove(local);
    return true;
  }

  /** Logs out, also of a session that is on its way; a 401 says that it was done before (7.10). Never throws. */
  async close(): Promise<void> {
    this.closed = true;
    await this.underWay.settled(AbortSignal.timeout(GOOD_BYE_MS));
    const open = [this.current, this.retired].filter((session) => session !== null);
    this.current = null;
    this.retired = null;
    await Promise.all(open.map((session) => this.logOut(session)));
  }

  private async logIn(): Promise<LocalSession> {
    if (this.closed) throw new ProviderError('UNAVAILABLE', 'The session with SRM has been closed.');
    this.refused.check();
    this.unwanted.check();
    const { userName, password } = this.settings.auth;
    const response = await this.upstream.read({
      method: 'POST',
      path: '/session',
      headers: { authorization: basic(userName, password) },
    });
    if ([400, 401, 403].includes(response.status)) {
      const failure = this.upstream.failure(response);
      throw this.refused.note(refusedLogin(failure, 'The appliance refuses the login with "auth.userName".'));
    }
    if (response.status !== 200) throw this.upstream.failure(response);
    const body = response.json as { session_id?: unknown } | null | undefined;
    // One client looks for the id in the header when the body has none (1.4).
    const id = textOf(body?.session_id) ?? textOf(response.headers['x-dr-session']);
    if (id === null) throw badAnswer(response, 'a login without a session id');
    this.refused.clear();
    const stale = this.retired;
    this.retired = this.current;
    this.current = { id, madeAt: this.clock.monotonic(), proven: false };
    if (stale !== null) void this.logOut(stale);
    return this.current;
  }

  private async logOut(session: LocalSession): Promise<void> {
    const signal = AbortSignal.timeout(GOOD_BYE_MS);
    const headers = sessionHeader(session);
    try {
      // Raced as well: before a request there may be a connection to wait for, which knows no signal.
      await untilAborted(this.upstream.read({ method: 'DELETE', path: '/session', headers, signal }), signal);
    } catch {
      this.log.debug('a session could not be ended; it will end by itself');
    }
  }
}

function notTaken(): ProviderError {
  return new ProviderError(
    'UNAUTHENTICATED',
    'The appliance logs us in, but does not know the session afterwards; it is tried again in a while.',
    { retry: 'TEMPORARY' },
  );
}
