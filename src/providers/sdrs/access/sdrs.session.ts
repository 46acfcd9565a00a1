import type { Clock } from '../../../platform/clock.js';
import type {
  UpstreamHttp,
  UpstreamRequest,
  UpstreamResponse,
} from '../../../platform/http/upstream-http.js';
import type { Log } from '../../../platform/log/log.js';
import { aheadOfAll } from '../../lanes.js';
import { ProviderError } from '../../provider-error.js';
import type { RequestBudget } from '../../request-budget.js';
import { readUpstream } from '../../upstream-exchange.js';
import { sdrsError, speaksOfToken } from '../wire/sdrs.errors.js';
import { recordOf, timeOf } from '../wire/sdrs.fields.js';
import { RefusalPause } from './sdrs.refusal-pause.js';

/** What lets requests in: a token of IAM, or a signature over each of them. */
export interface SdrsSession {
  /** @param request all of it: a signature is made over what will be sent */
  admit(request: UpstreamRequest, signal: AbortSignal): Promise<Admission>;
  /** Never throws, and takes a few seconds at the most. */
  close(): Promise<void>;
}

/** One request's way in. */
export interface Admission {
  readonly headers: Readonly<Record<string, string>>;
  /** Learns from the answer; null = the request was not turned away for who sent it. */
  turnedAway(response: UpstreamResponse): TurnedAway | null;
  /** To be called when the exchange is over, however it ended. */
  release(): void;
}

export interface TurnedAway {
  error: ProviderError;
  /** Another admission would bring something that was not refused yet. */
  renewable: boolean;
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
  /** It has let a request in. */
  proven: boolean;
}

const FIVE_MINUTES = 5 * 60_000;
const UNTOLD_LIFE = 60 * 60_000;
const PATIENCE = 3;
/** For log-ins that succeed with tokens that nobody takes. */
const UNWANTED_TOKENS_PAUSE_MS = 60_000;
/** Each of two waits at shutdown. */
const GOOD_BYE_MS = 1_000;

/** An IAM token, renewed in good time, by one caller at a time. */
export class PasswordSession implements SdrsSession {
  private token: Token | null = null;
  private pending: Promise<Token> | null = null;
  private closed = false;
  private readonly refusedLogIns: RefusalPause;
  private readonly refusedTokens: RefusalPause;

  constructor(
    private readonly iam: UpstreamHttp,
    private readonly login: PasswordLogin,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly budget?: RequestBudget,
  ) {
    this.refusedLogIns = new RefusalPause(clock, PATIENCE, FIVE_MINUTES);
    this.refusedTokens = new RefusalPause(clock, PATIENCE, UNWANTED_TOKENS_PAUSE_MS);
  }

  async admit(_request: UpstreamRequest, signal: AbortSignal): Promise<Admission> {
    const token = this.fresh() ?? (await abortable(this.renewed(), signal, 'IAM gave no token in time.'));
    return {
      headers: { 'x-auth-token': token.value },
      turnedAway: (response) => this.judge(token, response),
      release: () => undefined,
    };
  }

  /** Gives the token back: also one that is on its way. */
  async close(): Promise<void> {
    this.closed = true;
    const soon = AbortSignal.timeout(GOOD_BYE_MS);
    if (this.pending) await abortable(this.pending, soon, '').catch(() => null);
    const { token } = this;
    this.token = null;
    if (token) {
      const headers = { 'x-auth-token': token.value, 'x-subject-token': token.value };
      const signal = AbortSignal.timeout(GOOD_BYE_MS);
      const revoked = this.iam.read({ method: 'DELETE', path: '/v3/auth/tokens', headers, signal });
      // Raced as well: before a request there may be a connection to wait for, which knows no signal.
      await abortable(revoked, signal, '').catch(() => null);
    }
    await this.iam.close();
  }

  private fresh(): Token | null {
    return this.token && this.clock.monotonic() < this.token.renewAt ? this.token : null;
  }

  private judge(token: Token, response: UpstreamResponse): TurnedAway | null {
    if (!speaksOfToken(response)) {
      if (response.status < 300) {
        token.proven = true;
        this.refusedTokens.clear();
      }
      return null;
    }
    const error = sdrsError(response);
    // Another caller may have renewed it meanwhile.
    if (this.token === token) {
      this.token = null;
      if (!token.proven) this.refusedTokens.note(unwanted(error));
    }
    return { error, renewable: true };
  }

  /** Shared by all who wait, so nobody's signal may end it; the HTTP client bounds its time. */
  private renewed(): Promise<Token> {
    this.pending ??= aheadOfAll(() => this.logIn()).finally(() => {
      this.pending = null;
    });
    return this.pending;
  }

  private async logIn(): Promise<Token> {
    if (this.closed) throw new ProviderError('UNAVAILABLE', 'The session with SDRS has been closed.');
    this.refusedLogIns.check();
    this.refusedTokens.check();
    const askedAt = this.clock.monotonic();
    const request = { method: 'POST', path: '/v3/auth/tokens', body: this.request() } as const;
    const answer = await readUpstream(this.iam, request, this.budget);
    const value = answer.headers['x-subject-token'];
    if (answer.status !== 201 || !value) throw this.refused(answer);
    this.refusedLogIns.clear();
    this.token = { value, renewAt: askedAt + renewAfter(this.lifeOf(answer)), proven: false };
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
    this.refusedLogIns.note(error);
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

function unwanted({ upstream }: ProviderError): ProviderError {
  return new ProviderError(
    'UNAUTHENTICATED',
    'SDRS refuses even the tokens that IAM has just given; it is tried again in a minute. Check that endpoint, auth.iamEndpoint and projectId are of one region.',
    { retry: 'TEMPORARY', upstream },
  );
}

/** Ends the caller's waiting, not the work. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal, late: string): Promise<T> {
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(new ProviderError('TIMEOUT', late, { retry: 'TEMPORARY' }));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (abort) signal.removeEventListener('abort', abort);
  }
}
