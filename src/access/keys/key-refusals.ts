import type { Clock } from '../../platform/clock.js';
import type { Log } from '../../platform/log/log.js';
import type { KeyRefusal } from './api-key-credentials.js';

const SAID_EVERY_MS = 60_000;
const KINDS_KEPT = 1_000;
/** Whoever guesses ids could fill the log with them. */
const OF_NO_KEY: readonly KeyRefusal[] = ['MALFORMED', 'UNKNOWN'];

/** Why keys are refused, which the client is not told: one line a minute for each key and reason. */
export class KeyRefusals {
  private readonly saidMs = new Map<string, number>();

  constructor(
    private readonly log: Pick<Log, 'warn'>,
    private readonly count: (why: KeyRefusal) => void,
    private readonly clock: Clock,
  ) {}

  note(why: KeyRefusal, keyId: string | null): void {
    this.count(why);
    const kind = OF_NO_KEY.includes(why) ? why : `${why} ${keyId ?? ''}`;
    const now = this.clock.monotonic();
    if (now - (this.saidMs.get(kind) ?? -Infinity) < SAID_EVERY_MS) return;
    if (this.saidMs.size >= KINDS_KEPT) this.saidMs.clear();
    this.saidMs.set(kind, now);
    this.log.warn({ keyId, why }, 'an API key was refused');
  }
}
