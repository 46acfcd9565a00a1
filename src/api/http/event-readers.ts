import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { problem, ProblemError } from '../../domain/problem.js';
import { Metrics } from '../../platform/metrics.js';
import { ApiSettings } from './api-settings.js';
import { SseChannel } from './sse-channel.js';

const HEARTBEAT_MS = 15_000;
/** Not all at once: a part of the readers at a time. */
const PARTS = 30;
const COME_BACK_SECONDS = 10;
/** In which a reader has to take its last words. */
const LAST_WORDS_MS = 2_000;
const STILL_HERE = Buffer.from(': still here\n\n');
const GOING = Buffer.from(': the gateway ends here; come back with Last-Event-ID\n\n');

interface Reader {
  channel: SseChannel;
  /** null = nothing can be told yet but that we are there. */
  beat: () => Buffer | null;
}

/** A place among the readers, taken before anything is read for one. */
export interface Seat {
  /** @param beat the sign of life of the moment: may tell how far the reader was told */
  open(reply: FastifyReply, beat: () => Buffer | null, onClose: () => void): SseChannel;
  /** Of no use any more if it was not opened. */
  leave(): void;
}

/** All readers of streams in this process: bounded, kept awake, and told when it ends. */
@Injectable()
export class EventReaders implements BeforeApplicationShutdown {
  private readonly parts: Set<Reader>[] = Array.from({ length: PARTS }, () => new Set());
  private readonly beating: NodeJS.Timeout;
  private readonly whenEnding = new Set<() => void>();
  private taken = 0;
  private turn = 0;
  private ending = false;

  constructor(
    private readonly settings: ApiSettings,
    metrics: Metrics,
  ) {
    metrics.gauge(
      { name: 'drgw_sse_readers', help: 'Readers of event streams that this process serves.' },
      () => [{ value: this.taken }],
    );
    this.beating = setInterval(() => this.beat(), HEARTBEAT_MS / PARTS);
    this.beating.unref();
  }

  /** Throws the 503 `overloaded` when there are too many. */
  take(): Seat {
    if (this.taken >= this.settings.mostEventReaders || this.ending) {
      throw new ProblemError(
        problem(
          'overloaded',
          `This process serves ${this.taken} readers of events, and takes no more. Come back in ${COME_BACK_SECONDS} seconds, or read the operations instead.`,
        ),
        { 'retry-after': String(COME_BACK_SECONDS) },
      );
    }
    this.taken += 1;
    let held = true;
    const leave = (): void => {
      if (held) this.taken -= 1;
      held = false;
    };
    return { leave, open: (reply, beat, onClose) => this.open(reply, beat, onClose, leave) };
  }

  /** Calls back when the process ends, until the returned function is called. */
  onEnding(listener: () => void): () => void {
    this.whenEnding.add(listener);
    return () => this.whenEnding.delete(listener);
  }

  /** Streams last for hours: nobody would wait for their end. */
  beforeApplicationShutdown(): void {
    this.ending = true;
    clearInterval(this.beating);
    for (const listener of [...this.whenEnding]) listener();
    sayGoodbye(this.parts.flatMap((part) => [...part].map(({ channel }) => channel)));
  }

  private open(
    reply: FastifyReply,
    beat: () => Buffer | null,
    onClose: () => void,
    leave: () => void,
  ): SseChannel {
    const part = this.parts[(this.turn += 1) % PARTS];
    let reader: Reader | null = null;
    const channel = new SseChannel(reply, () => {
      leave();
      if (reader) part?.delete(reader);
      onClose();
    });
    reader = { channel, beat };
    if (!channel.isClosed) part?.add(reader);
    // Its stream was being prepared when the others were ended.
    if (this.ending) sayGoodbye([channel]);
    return channel;
  }

  private beat(): void {
    const part = this.parts.shift();
    if (!part) return;
    this.parts.push(part);
    for (const { channel, beat } of part) channel.beat(beat() ?? STILL_HERE);
  }
}

function sayGoodbye(channels: readonly SseChannel[]): void {
  for (const channel of channels) {
    channel.write(GOING, true);
    channel.end();
  }
  setTimeout(() => channels.forEach((channel) => channel.destroy()), LAST_WORDS_MS).unref();
}
