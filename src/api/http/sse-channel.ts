import type { FastifyReply } from 'fastify';

/** A reader that lets this much news pile up is cut off; it comes back with Last-Event-ID. */
const MOST_NEWS_WAITING = 1024 * 1024;
/** Readers that were cut off together do not come back together. */
const RETRY_MS = { least: 1_000, spread: 3_000 };

export const STREAM_TYPE = 'text/event-stream; charset=utf-8';

/** `live` = it happens now; what happened before may wait for the reader, however much it is. */
interface Frame {
  bytes: Buffer;
  live: boolean;
}

/** A frame as it goes over the wire. `id` null = not a place that a reader can come back to. */
export function sseFrame(event: string, id: string | null, data: string): Buffer {
  return Buffer.from(sseText(event, id, data));
}

export function sseText(event: string, id: string | null, data: string): string {
  const place = id === null ? '' : `id: ${id}\n`;
  return `${place}event: ${event}\ndata: ${data}\n\n`;
}

/** One server-sent event stream, written as fast as its reader takes it. */
export class SseChannel {
  private waiting: Frame[] = [];
  private newsWaiting = 0;
  private full = false;
  private ending = false;
  private closed = false;
  private whenDrained: (() => void) | null = null;

  constructor(
    private readonly reply: FastifyReply,
    private readonly onClose: () => void,
  ) {
    reply.hijack();
    const headers = reply.getHeaders() as Record<string, string>;
    reply.raw.writeHead(200, {
      ...headers,
      'content-type': STREAM_TYPE,
      'cache-control': 'no-cache, no-transform',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    });
    reply.raw.on('close', () => this.close());
    reply.raw.on('error', () => this.close());
    reply.raw.on('drain', () => this.goOn());
    const retryMs = Math.round(RETRY_MS.least + Math.random() * RETRY_MS.spread);
    this.write(Buffer.from(`retry: ${retryMs}\n\n`), false);
    // The client may have gone while its stream was being prepared.
    if (reply.raw.destroyed) this.close();
  }

  get isClosed(): boolean {
    return this.closed;
  }

  write(bytes: Buffer, live: boolean): void {
    if (this.closed || this.ending) return;
    if (!this.full && this.waiting.length === 0) {
      this.full = !this.reply.raw.write(bytes);
      return;
    }
    this.waiting.push({ bytes, live });
    if (live) this.newsWaiting += bytes.length;
    if (this.newsWaiting > MOST_NEWS_WAITING) this.cut();
  }

  /** A sign of life, if the reader has taken everything else. */
  beat(bytes: Buffer): void {
    if (!this.full && this.waiting.length === 0) this.write(bytes, true);
  }

  /** Resolves when the reader has taken everything, or is gone. */
  drained(): Promise<void> {
    if (this.closed || (!this.full && this.waiting.length === 0)) return Promise.resolve();
    return new Promise((resolve) => (this.whenDrained = resolve));
  }

  /** Ends the stream when everything was read. */
  end(): void {
    this.ending = true;
    this.flush();
  }

  /** Ends it now: no word would get through to a reader who takes nothing. */
  cut(): void {
    if (this.closed) return;
    this.reply.raw.destroy();
    this.close();
  }

  /** Whatever its reader has not taken. */
  destroy(): void {
    this.reply.raw.destroy();
  }

  private goOn(): void {
    this.full = false;
    this.flush();
  }

  private flush(): void {
    let taken = 0;
    while (!this.closed && !this.full && taken < this.waiting.length) {
      const frame = this.waiting[taken];
      taken += 1;
      if (!frame) break;
      if (frame.live) this.newsWaiting -= frame.bytes.length;
      this.full = !this.reply.raw.write(frame.bytes);
    }
    if (taken > 0) this.waiting = this.waiting.slice(taken);
    if (this.closed) return;
    if (!this.full && this.waiting.length === 0) this.tellDrained();
    if (!this.ending || this.waiting.length > 0) return;
    this.reply.raw.end();
    this.close();
  }

  private tellDrained(): void {
    this.whenDrained?.();
    this.whenDrained = null;
  }

  private close(): void {
    if (this.closed) return;
    this.closed = true;
    this.waiting = [];
    this.tellDrained();
    this.onClose();
  }
}
