import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import { SseChannel, sseFrame } from '../../../src/api/http/sse-channel.js';

describe('a stream of events', () => {
  let server: FastifyInstance;
  let tell: (channel: SseChannel) => void;
  let closed: Promise<void>;

  beforeEach(async () => {
    server = fastify({ forceCloseConnections: true });
    closed = new Promise((resolve) => {
      server.get('/', (_request, reply) => tell(new SseChannel(reply, resolve)));
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(() => server.close());

  async function open(): Promise<IncomingMessage> {
    const { port } = server.server.address() as AddressInfo;
    const sent = request({ port, host: '127.0.0.1' }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return answer;
  }

  async function read(answer: IncomingMessage): Promise<string> {
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
    return text;
  }

  const ids = (text: string) => [...text.matchAll(/^id: (\d+-0)$/gm)].map(([, id]) => id);

  const frame = (id: string, data: object) => sseFrame('told', id, JSON.stringify(data));

  function sendMany(channel: SseChannel, count: number, live: boolean): void {
    for (let i = 1; i <= count; i++) channel.write(frame(`${i}-0`, { text: 'x'.repeat(1_000) }), live);
  }

  it('tells 1,500 past events at once to a reader who comes late, whole and in order', async () => {
    tell = (channel) => {
      sendMany(channel, 1_500, false);
      channel.end();
    };
    const told = ids(await read(await open()));
    expect(told).toEqual(Array.from({ length: 1_500 }, (_, i) => `${i + 1}-0`));
    await closed;
  });

  it('goes on with what happens now after what happened before', async () => {
    tell = (channel) => {
      sendMany(channel, 1_500, false);
      setTimeout(() => {
        channel.write(frame('1501-0', {}), true);
        channel.end();
      }, 20);
    };
    expect(ids(await read(await open())).at(-1)).toBe('1501-0');
  });

  it('begins with a time after which to come back, and is not held back by proxies', async () => {
    tell = (channel) => channel.end();
    const answer = await open();
    expect(answer.headers).toMatchObject({
      'x-accel-buffering': 'no',
      'cache-control': 'no-cache, no-transform',
    });
    expect(await read(answer)).toMatch(/^retry: \d{4}\n\n$/);
  });

  it('tells who writes when everything was taken', async () => {
    tell = (channel) => {
      sendMany(channel, 1_500, false);
      void channel.drained().then(() => {
        channel.write(frame('1501-0', {}), false);
        channel.end();
      });
    };
    expect(ids(await read(await open()))).toHaveLength(1_501);
  });

  it('cuts off a reader who lets the news pile up', async () => {
    tell = (channel) => {
      const flood = setInterval(() => sendMany(channel, 500, true), 1);
      void closed.then(() => clearInterval(flood));
    };
    const answer = await open();
    answer.pause();
    answer.on('error', () => undefined);
    await closed;
    answer.destroy();
  });
});
