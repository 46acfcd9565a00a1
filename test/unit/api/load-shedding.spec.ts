import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { loadLimits, type LoadLane } from '../../../src/api/http/load-lanes.js';
import { shedLoad } from '../../../src/api/http/load-shedding.js';
import { Lateness } from '../../../src/platform/health/lateness.js';
import { eventuallyTrue } from '../../support/eventually.js';

let fastify: FastifyInstance;
let waiting: (() => void)[];
let shed: LoadLane[];
let places: () => Record<LoadLane, number>;

beforeEach(() => {
  fastify = Fastify({ logger: false });
  waiting = [];
  shed = [];
});

afterEach(async () => {
  waiting.forEach((answer) => answer());
  await fastify.close();
});

function serving(reads: number, lateness = { ms: 0 }, monotonicMs?: () => number): void {
  const told = {
    close: () => undefined,
    get ms() {
      return lateness.ms;
    },
  };
  places = shedLoad(fastify, loadLimits(reads), (lane) => shed.push(lane), told, monotonicMs);
  const slowly = (): Promise<object> =>
    new Promise((resolve) => waiting.push(() => resolve({ answered: true })));
  fastify.get('/v1/sites', slowly);
  fastify.get('/v1/operations/:id', slowly);
  fastify.get('/v1/events', slowly);
  fastify.get('/livez', slowly);
  fastify.post('/v1/protection-groups/:id/actions/enable-protection', slowly);
  fastify.post('/v1/recovery-plans/:id/actions/failover', slowly);
}

const read = (url = '/v1/sites', headers = {}): Promise<LightMyRequestResponse> =>
  fastify.inject({ url, headers });
const change = (): Promise<LightMyRequestResponse> =>
  fastify.inject({ method: 'POST', url: '/v1/protection-groups/x/actions/enable-protection' });
const failover = (): Promise<LightMyRequestResponse> =>
  fastify.inject({ method: 'POST', url: '/v1/recovery-plans/x/actions/failover' });

async function inProgress(...requests: Promise<LightMyRequestResponse>[]): Promise<void> {
  await arrived(requests.length);
}

function arrived(requests: number): Promise<void> {
  return eventuallyTrue(`${requests} requests are being answered`, () => waiting.length === requests);
}

describe('a process that is asked for more than it has places for', () => {
  it('turns away the request that finds none, with the time to come back', async () => {
    serving(2);
    await inProgress(read(), read());
    const answer = await read();
    expect([answer.statusCode, answer.headers['retry-after'], answer.headers['content-type']]).toEqual([
      503,
      '2',
      expect.stringContaining('application/problem+json'),
    ]);
    expect(answer.json()).toMatchObject({ code: 'overloaded', retryable: true, instance: '/v1/sites' });
    expect(shed).toEqual(['READ']);
  });

  it('has places again once the answers are out', async () => {
    serving(1);
    const first = read();
    await inProgress(first);
    expect((await read()).statusCode).toBe(503);
    waiting.forEach((answer) => answer());
    expect((await first).statusCode).toBe(200);
    const next = read();
    await arrived(2);
    waiting.forEach((answer) => answer());
    expect((await next).statusCode).toBe(200);
  });

  it('keeps the places of failovers from reads and from other changes', async () => {
    serving(2);
    await inProgress(read(), read(), change());
    expect([(await read()).statusCode, (await change()).statusCode]).toEqual([503, 503]);
    const urgent = failover();
    await arrived(4);
    waiting.forEach((answer) => answer());
    expect((await urgent).statusCode).toBe(200);
  });

  it('counts those who wait for news apart, streams not at all, and answers for its health always', async () => {
    serving(1);
    await inProgress(
      read('/v1/operations/x', { prefer: 'wait=30' }),
      read(),
      ...['/v1/events', '/v1/events', '/livez', '/livez'].map((url) => fastify.inject({ url })),
    );
    expect(shed).toEqual([]);
    // Nobody waits for a list.
    expect((await read('/v1/sites', { prefer: 'wait=30' })).statusCode).toBe(503);
  });
});

describe('a process whose answers have grown slow', () => {
  it('lets fewer reads in at a time, and failovers as many as ever', async () => {
    let nowMs = 0;
    serving(100, { ms: 40 }, () => nowMs);
    const reads = Array.from({ length: 60 }, () => read());
    const urgent = Array.from({ length: 50 }, () => failover());
    await inProgress(...reads, ...urgent);
    nowMs += 2_000;
    waiting.splice(0).forEach((answer) => answer());
    for (const { statusCode } of await Promise.all([...reads, ...urgent])) expect(statusCode).toBe(200);
    expect(places()).toEqual({ EMERGENCY: 50, CHANGE: 50, READ: 48, WAIT: 1_000 });
    const more = Array.from({ length: 90 }, () => read());
    const urgently = Array.from({ length: 50 }, () => failover());
    await arrived(48 + 50);
    waiting.splice(0).forEach((answer) => answer());
    const after = await Promise.all(more);
    expect(after.filter(({ statusCode }) => statusCode === 503)).toHaveLength(42);
    for (const { statusCode } of await Promise.all(urgently)) expect(statusCode).toBe(200);
  });

  it('does not count the time in which a client reads the answer', async () => {
    let nowMs = 0;
    serving(100, { ms: 40 }, () => nowMs);
    fastify.addHook('onResponse', (_request, _reply, done) => {
      nowMs += 60_000;
      done();
    });
    const slowReader = read();
    await inProgress(slowReader);
    waiting.splice(0).forEach((answer) => answer());
    expect((await slowReader).statusCode).toBe(200);
    expect(places().READ).toBe(64);
  });
});

describe('over connections', () => {
  const FAILOVER = 'POST /v1/recovery-plans/x/actions/failover HTTP/1.1\r\nHost: x\r\n';

  async function sent(text: string): Promise<Socket> {
    const { port } = fastify.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  }

  async function mayStillFailOver(): Promise<void> {
    const before = waiting.length;
    const urgent = failover();
    await arrived(before + 1);
    waiting.forEach((answer) => answer());
    expect((await urgent).statusCode).toBe(200);
  }

  it('turns away at the door, before the framework begins, with the same answer', async () => {
    serving(1);
    let begun = 0;
    fastify.addHook('onRequest', (_request, _reply, done) => {
      begun += 1;
      done();
    });
    await fastify.listen({ host: '127.0.0.1', port: 0 });
    await inProgress(read());
    const { port } = fastify.server.address() as AddressInfo;
    const headers = { 'x-request-id': 'mine' };
    const answer = await fetch(`http://127.0.0.1:${port}/v1/sites?pageSize=1`, { headers });
    expect([
      answer.status,
      ...['retry-after', 'content-type', 'x-request-id'].map((name) => answer.headers.get(name)),
    ]).toEqual([503, '2', 'application/problem+json; charset=utf-8', 'mine']);
    expect(await answer.json()).toMatchObject({
      code: 'overloaded',
      retryable: true,
      instance: '/v1/sites',
      requestId: 'mine',
    });
    const head = await fetch(`http://127.0.0.1:${port}/v1/sites`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([503, '']);
    expect([begun, shed]).toEqual([1, ['READ', 'READ']]);
  });

  it('goes on with a connection whose body nobody wanted to read', async () => {
    serving(1);
    await fastify.listen({ host: '127.0.0.1', port: 0 });
    await inProgress(change());
    const unwanted = 'POST /v1/sites/x/refresh HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n';
    const socket = await sent(`${unwanted}${'x'.repeat(70_000)}GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n`);
    let heard = '';
    socket.on('data', (bytes: Buffer) => (heard += bytes.toString()));
    await eventuallyTrue('both were answered', () => /HTTP\/1.1 503[^]*HTTP\/1.1 404/.test(heard));
    socket.destroy();
  });

  it('places come back from answers that waited behind another one when their client went', async () => {
    serving(4);
    await fastify.listen({ host: '127.0.0.1', port: 0 });
    const socket = await sent(
      `GET /livez HTTP/1.1\r\nHost: x\r\n\r\n${`${FAILOVER}Content-Length: 0\r\n\r\n`.repeat(2)}`,
    );
    await arrived(3);
    socket.resetAndDestroy();
    await eventuallyTrue('they are back', async () => {
      const answer = failover();
      await new Promise(setImmediate);
      waiting.forEach((one) => one());
      return (await answer).statusCode === 200;
    });
  });

  it('nobody holds a place by sending slowly', async () => {
    serving(2);
    await fastify.listen({ host: '127.0.0.1', port: 0 });
    const head = `${FAILOVER}Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{`;
    const slow = await Promise.all([1, 2, 3].map(() => sent(head)));
    const { port } = fastify.server.address() as AddressInfo;
    // Whoever comes after them is heard after them.
    expect((await fetch(`http://127.0.0.1:${port}/nothing`)).status).toBe(404);
    await mayStillFailOver();
    slow.forEach((socket) => socket.destroy());
  });
});

describe('a process that is late with everything', () => {
  it('turns reads away first, then changes, and takes failovers longest', async () => {
    const lateness = { ms: 800 };
    serving(100, lateness);
    expect((await read()).statusCode).toBe(503);
    const changing = change();
    await arrived(1);
    lateness.ms = 3_000;
    expect((await change()).statusCode).toBe(503);
    const urgent = failover();
    await arrived(2);
    waiting.forEach((answer) => answer());
    expect([(await changing).statusCode, (await urgent).statusCode]).toEqual([200, 200]);
    lateness.ms = 20_000;
    expect((await failover()).statusCode).toBe(503);
    expect(shed).toEqual(['READ', 'CHANGE', 'EMERGENCY']);
  });

  it('is one that stands still again and again, not one that stood still once', async () => {
    const lateness = new Lateness();
    const still = async (ms: number): Promise<void> => {
      const until = performance.now() + ms;
      while (performance.now() < until);
      expect(lateness.ms).toBeGreaterThan((ms - 50) / 2 - 1);
      await new Promise((resolve) => setTimeout(resolve, 0));
    };
    try {
      for (let i = 0; i < 4; i += 1) await still(200);
      expect(lateness.ms).toBeGreaterThan(90);
      await eventuallyTrue('it has caught up', () => lateness.ms < 20);
    } finally {
      lateness.close();
    }
  });
});
