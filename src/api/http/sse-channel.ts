import type { FastifyReply } from 'fastify';

const HEARTBEAT_MS = 15_000;
/** A reader that lets this much pile up is cut off; it comes back with Last-Event-ID. */
const MOST_BUFFERED_BYTES = 256 * 1024;

/** One server-sent event stream. */
export class SseChannel {
  private readonly heartbeat: NodeJS.Timeout;
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
    reply.raw.write('retry: 2000\n\n');
    this.heartbeat = setInterval(() => this.write(': still here\n\n'), HEARTBEAT_MS);
    reply.raw.on('close', () => this.close());
    reply.raw.on('error', () => this.close());
  }

  /** `id` null = not a place that a reader can come back to. */
  send(event: string, id: string | null, data: unknown): void {
    this.write(`${id === null ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  end(): void {
    if (this.closed) return;
    this.reply.raw.end();
    this.close();
  }

  private write(text: string): void {
    if (this.closed) return;
    this.reply.raw.write(text);
    if (this.reply.raw.writableLength > MOST_BUFFERED_BYTES) this.reply.raw.destroy();
  }

  private close(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.heartbeat);
    this.onClose();
  }
}
