import type { Clock } from '../../platform/clock.js';
import type { UpstreamHttp, UpstreamRequest, UpstreamResponse } from '../../platform/http/upstream-http.js';
import type { Log } from '../../platform/log/log.js';
import { ProviderError } from '../provider-error.js';
import { readUpstream } from '../upstream-exchange.js';
import { sdrsError } from './sdrs.errors.js';
import { recordOf, timeOf } from './sdrs.fields.js';

/**
 * What lets a request in. Signed requests (section 1.5), which need no token but see the whole request,
 * would be a second class of this shape.
 */
export interface SdrsSession {
  headers(request: UpstreamRequest, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** The upstream refused these headers: they are not given out again. */
  forget(headers: Readonly<Record<string, string>>): void;
  /** Never throws. */
  close(): Promise<void>;
}

export interface PasswordLogin {
  domainName: string;
  userName: string;
  password: string;
  projectId: string;
}

interface Token {
  value: string;
  /** By the monotonic clock. */
  renewAt: number;
}

const FIVE_MINUTES = 5 * 60_000;
const UNTOLD_LIFE = 60 * 60_000;
/** After this many refused log-ins in a row only one in five minutes is tried: IAM locks accounts. */
const PATIENCE = 3;
const REVOCATION_TIMEOUT_MS = 2_000;

/** An IAM token, renewed in good time, by one caller at a time. */
export class PasswordSession implements SdrsSession {
  private token: Token | null = null;
  private pending: Promise<Token> | null = null;
  private refusals = 0;
  private lastRefusal: { error: ProviderError; at: number } | null = null;

  constructor(
    private readonly iam: UpstreamHttp,
    private readonly login: PasswordLogin,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  async headers(_request: UpstreamRequest, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const token = this.fresh() ?? (await abortable(this.renewed(), signal));
    return { 'x-auth-token': token.value };
  }

  forget(headers: Readonly<Record<string, string>>): void {
    // Another caller may have renewed it meanwhile.
    if (this.token && this.token.value === headers['x-auth-token']) this.token = null;
  }

  async close(): Promise<void> {
    const token = this.token;
    this.token = null;
    if (token) {
      const headers = { 'x-auth-token': token.value, 'x-subject-token': token.value };
      const signal = AbortSignal.timeout(REVOCATION_TIMEOUT_MS);
      await this.iam.read({ method: 'DELETE', path: '/v3/auth/tokens', headers, signal }).catch(() => null);
    }
    await this.iam.close();
  }

  private fresh(): Token | null {
    return this.token && this.clock.monotonic() < this.token.renewAt ? this.token : null;
  }

  /** Shared by all who wait, so nobody's signal may end it; the HTTP client bounds its time. */
  private renewed(): Promise<Token> {
    this.pending ??= this.logIn().finally(() => {
      this.pending = null;
    });
    return this.pending;
  }

  private async logIn(): Promise<Token> {
    const { lastRefusal } = this;
    if (lastRefusal && this.refusals >= PATIENCE && this.clock.monotonic() - lastRefusal.at < FIVE_MINUTES) {
      throw lastRefusal.error;
    }
    const askedAt = this.clock.monotonic();
    const answer = await readUpstream(this.iam, {
      method: 'POST',
      path: '/v3/auth/tokens',
      body: this.request(),
    });
    const value = answer.headers['x-subject-token'];
    if (answer.status !== 201 || !value) throw this.refused(answer);
    this.refusals = 0;
    this.lastRefusal = null;
    this.token = { value, renewAt: askedAt + renewAfter(this.lifeOf(answer)) };
    this.log.debug('IAM gave a token');
    return this.token;
  }

  private request(): unknown {
    const { domainName, userName, password, projectId } = this.login;
    return {
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: userName, password, domain: { name: domainName } } },
        },
        scope: { project: { id: projectId } },
      },
    };
  }

  private refused(answer: UpstreamResponse): ProviderError {
    const { kind, retry, upstream } = sdrsError(answer);
    if (answer.status !== 401) {
      return new ProviderError(kind, `IAM gave no token: it answered with status ${answer.status}.`, {
        retry,
        upstream,
      });
    }
    const error = new ProviderError(
      'UNAUTHENTICATED',
      'IAM refuses the configured user; check auth.domainName, auth.userName and auth.password.',
      { retry: 'PERMANENT', upstream },
    );
    this.refusals += 1;
    this.lastRefusal = { error, at: this.clock.monotonic() };
    return error;
  }

  /** Both ends by the upstream's clock, so that a difference to ours does not matter. */
  private lifeOf(answer: UpstreamResponse): number {
    const token = recordOf(recordOf(answer.json)?.token);
    const expires = timeOf(token?.expires_at);
    if (expires === null) return UNTOLD_LIFE;
    const issued = timeOf(token?.issued_at);
    return Date.parse(expires) - (issued === null ? this.clock.now() : Date.parse(issued));
  }
}

/** At 80 % of the life or five minutes before its end, whichever is sooner; short lives keep half of theirs. */
function renewAfter(lifeMs: number): number {
  return Math.min(0.8 * lifeMs, Math.max(lifeMs - FIVE_MINUTES, lifeMs / 2));
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(new ProviderError('TIMEOUT', 'IAM gave no token in time.', { retry: 'TEMPORARY' }));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (abort) signal.removeEventListener('abort', abort);
  }
}
