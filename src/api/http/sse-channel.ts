import type { FastifyReply } from 'fastify';

const HEARTBEAT_MS = 15_000;
/** A reader that lets this much news pile up is cut off; it comes back with Last-Event-ID. */
const MOST_NEWS_WAITING = 1024 * 1024;

/** `live` = it happens now; what happened before may wait for the reader, however much it is. */
interface Frame {
  text: string;
  live: boolean;
}

/** One server-sent event stream, written as fast as its reader takes it. */
export class SseChannel {
  private readonly heartbeat: NodeJS.Timeout;
  private readonly waiting: Frame[] = [];
  private newsWaiting = 0;
  private full = false;
  private ending = false;
  private closed = false;

  constructor(
    private readonly reply: FastifyReply,
    private readonly onClose: () => void,
  ) {
    reply.hijack();
    const headers = reply.getHeaders() as Record<string, string>;
    reply.raw.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    });
    reply.raw.on('close', () => this.close());
    reply.raw.on('error', () => this.close());
    reply.raw.on('drain', () => this.goOn());
    this.write({ text: 'retry: 2000\n\n', live: false });
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS);
  }

  /** `id` null = not a place that a reader can come back to. */
  send(event: string, id: string | null, data: unknown, live: boolean): void {
    const place = id === null ? '' : `id: ${id}\n`;
    this.write({ text: `${place}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`, live });
  }

  /** Ends the stream when everything was read. */
  end(): void {
    this.ending = true;
    this.flush();
  }

  private beat(): void {
    if (this.waiting.length === 0) this.write({ text: ': still here\n\n', live: true });
  }

  private write(frame: Frame): void {
    if (this.closed || this.ending) return;
    this.waiting.push(frame);
    if (frame.live) this.newsWaiting += frame.text.length;
    this.flush();
    if (this.newsWaiting > MOST_NEWS_WAITING) this.reply.raw.destroy();
  }

  private goOn(): void {
    this.full = false;
    this.flush();
  }

  private flush(): void {
    while (!this.closed && !this.full) {
      const frame = this.waiting.shift();
      if (!frame) break;
      if (frame.live) this.newsWaiting -= frame.text.length;
      this.full = !this.reply.raw.write(frame.text);
    }
    if (this.closed || !this.ending || this.waiting.length > 0) return;
    this.reply.raw.end();
    this.close();
  }

  private close(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.heartbeat);
    this.onClose();
  }
}
