import type { Clock } from '../../../platform/clock.js';
import type {
  UpstreamHttp,
  UpstreamRequest,
  UpstreamResponse,
} from '../../../platform/http/upstream-http.js';
import { ProviderError } from '../../provider-error.js';
import { sdrsError } from '../wire/sdrs.errors.js';
import { RefusalPause } from './sdrs.refusal-pause.js';
import { abortable, type Admission, type SdrsSession, type TurnedAway } from './sdrs.session.js';
import { authorization, signingDate, type AccessKey } from './sdrs.signing.js';

const PATIENCE = 3;
const LOCK_MS = 5 * 60_000;
const LARGEST_SKEW_MS = 15 * 60_000;

/**
 * Signs every request with an access key (section 1.5). There is nothing to renew, so a refused key is not
 * tried again at once. Until it was let in for the first time, and after each refusal, one request at a time
 * is sent: a burst with a bad key would lock it for all who use it.
 */
export class KeySession implements SdrsSession {
  private readonly pause: RefusalPause;
  private proven = false;
  private trial: Promise<void> | null = null;

  /** @param http the one that will send what is signed here */
  constructor(
    private readonly http: UpstreamHttp,
    private readonly key: AccessKey,
    private readonly projectId: string,
    private readonly clock: Clock,
  ) {
    this.pause = new RefusalPause(clock, PATIENCE, LOCK_MS);
  }

  async admit(request: UpstreamRequest, signal: AbortSignal): Promise<Admission> {
    this.pause.check();
    while (!this.proven && this.trial) {
      await abortable(this.trial, signal, 'No request was let in in time by SDRS.');
      this.pause.check();
    }
    const release = this.proven ? () => undefined : this.beginTrial();
    const signedAt = this.clock.now();
    return {
      headers: this.signed(request, signedAt),
      turnedAway: (response) => this.judge(response, signedAt),
      release,
    };
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }

  private beginTrial(): () => void {
    let release: () => void = () => undefined;
    this.trial = new Promise((resolve) => {
      release = () => {
        this.trial = null;
        resolve();
      };
    });
    return release;
  }

  private signed(request: UpstreamRequest, now: number): Record<string, string> {
    const { securityToken } = this.key;
    const own = {
      'x-project-id': this.projectId,
      'x-sdk-date': signingDate(now),
      ...(securityToken ? { 'x-security-token': securityToken } : {}),
    };
    const written = this.http.asWritten({ ...request, headers: own });
    const { accept: _unsigned, ...headers } = written.headers;
    return { ...own, authorization: authorization({ ...written, headers }, this.key) };
  }

  private judge(response: UpstreamResponse, signedAt: number): TurnedAway | null {
    if (response.status !== 401) {
      if (response.status < 300) {
        this.proven = true;
        this.pause.clear();
      }
      return null;
    }
    const error = refusal(response, signedAt);
    this.proven = false;
    this.pause.note(error);
    return { error, renewable: false };
  }
}

/** No code tells a wrong clock from a wrong key (section 1.4), but the answer's own date does. */
function refusal(response: UpstreamResponse, signedAt: number): ProviderError {
  const { upstream } = sdrsError(response);
  const skewMs = Math.abs(Date.parse(response.headers.date ?? '') - signedAt);
  if (skewMs > LARGEST_SKEW_MS) {
    const minutes = Math.round(skewMs / 60_000);
    return new ProviderError(
      'UNAUTHENTICATED',
      `SDRS refuses the signature's date: the clocks of this machine and of SDRS are ${minutes} minutes apart, and 15 are allowed; set this machine's clock.`,
      { retry: 'TEMPORARY', upstream },
    );
  }
  return new ProviderError(
    'UNAUTHENTICATED',
    'SDRS refuses the access key or its signature; check auth.accessKey and auth.secretKey, and auth.securityToken of a temporary key.',
    { retry: 'PERMANENT', upstream },
  );
}
