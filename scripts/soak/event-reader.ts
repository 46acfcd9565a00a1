import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import type { Chance } from '../faults/world/chance.js';
import type { Tally } from './tally.js';

/** Where a stream is, and the key to it. */
export interface StreamAddress {
  url: string;
  apiKey: string;
}

interface Told {
  subject?: string;
  sequence?: number;
  data?: { operations?: { id: string; version: number }[]; reason?: string };
}

const STAYS_MS = [3_000, 40_000] as const;
/** Until the system's own buffers are full, too. */
const TAKES_NOTHING_MS = [300_000, 900_000] as const;
const AWAY_MS = [200, 4_000] as const;

/**
 * A reader of events that comes and goes until it is told to stop, at whatever process. It counts what it was told, and
 * what was left out: of each operation that it follows without a break, `sequence` must have no holes.
 */
export class EventReader {
  private last: string | undefined;
  private readonly sequences = new Map<string, number>();

  constructor(
    private readonly chance: Chance,
    private readonly tally: Tally,
    /** Takes nothing once it is there: it is to be cut off. */
    private readonly takesNothing: boolean,
  ) {}

  /** @param path null = everything, of which nothing may be left out */
  async comeAndGo(
    address: () => StreamAddress,
    path: () => string | null,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      const some = this.takesNothing ? null : path();
      // A place is good at any process, but only for who wants the same.
      if (some !== null || this.chance.next() < 0.3) this.forget();
      await this.listen(address(), some ?? '/v1/events', some === null, signal);
      await sleep(this.chance.between(...AWAY_MS), undefined, { signal }).catch(() => undefined);
    }
  }

  private forget(): void {
    this.last = undefined;
    this.sequences.clear();
  }

  private listen(address: StreamAddress, path: string, whole: boolean, signal: AbortSignal): Promise<void> {
    return new Promise((done) => {
      const [least, most] = this.takesNothing ? TAKES_NOTHING_MS : STAYS_MS;
      const stays = this.chance.between(least, most);
      const leaving = AbortSignal.any([signal, AbortSignal.timeout(Math.round(stays))]);
      const headers = {
        authorization: `Bearer ${address.apiKey}`,
        ...(this.last === undefined ? {} : { 'last-event-id': this.last }),
      };
      const request = http.get(address.url + path, { headers, agent: false, signal: leaving }, (answer) => {
        this.tally.add(`readers ${answer.statusCode}`);
        const parser = createParser({
          onEvent: ({ event = '', id, data }) => {
            this.hear(event, JSON.parse(data) as Told, whole);
            if (whole && id !== undefined) this.last = id;
          },
        });
        if (this.takesNothing) answer.pause();
        else answer.setEncoding('utf8').on('data', (text: string) => parser.feed(text));
        answer.on('error', () => undefined);
        answer.once('close', () => {
          if (!leaving.aborted) this.tally.add('streams that the gateway ended');
          done();
        });
      });
      request.on('error', () => {
        if (!leaving.aborted) this.tally.add('streams that broke');
        done();
      });
    });
  }

  private hear(event: string, { subject, sequence, data }: Told, whole: boolean): void {
    this.tally.add('events told');
    if (event === 'stream.reset') this.tally.add(`resets ${data?.reason ?? ''}`.trim());
    if (!whole) return;
    if (event === 'stream.snapshot') {
      this.sequences.clear();
      for (const { id, version } of data?.operations ?? []) this.sequences.set(id, version);
      return;
    }
    if (subject === undefined || sequence === undefined) return;
    const known = this.sequences.get(subject);
    if (known !== undefined && sequence > known + 1) this.tally.add('events left out');
    this.sequences.set(subject, Math.max(known ?? 0, sequence));
  }
}
