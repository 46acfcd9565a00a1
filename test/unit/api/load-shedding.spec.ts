import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { loadLimits, shedLoad, type LoadLane } from '../../../src/api/http/load-shedding.js';
import { eventuallyTrue } from '../../support/eventually.js';

let fastify: FastifyInstance;
let waiting: (() => void)[];
let shed: LoadLane[];

beforeEach(() => {
  fastify = Fastify({ logger: false });
  waiting = [];
  shed = [];
});

afterEach(async () => {
  waiting.forEach((answer) => answer());
  await fastify.close();
});

function serving(reads: number, lateMs = 60_000): void {
  const limits = loadLimits(reads);
  const patient = { EMERGENCY: lateMs * 10, CHANGE: lateMs, READ: lateMs, WAIT: lateMs };
  shedLoad(fastify, { ...limits, lateMs: patient }, (lane) => shed.push(lane));
  const slowly = (): Promise<object> =>
    new Promise((resolve) => waiting.push(() => resolve({ answered: true })));
  fastify.get('/v1/sites', slowly);
  fastify.get('/v1/events', slowly);
  fastify.get('/livez', slowly);
  fastify.post('/v1/protection-groups/:id/actions/enable-protection', slowly);
  fastify.post('/v1/recovery-plans/:id/actions/failover', slowly);
}

const read = (headers = {}): Promise<LightMyRequestResponse> => fastify.inject({ url: '/v1/sites', headers });
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
      read({ prefer: 'wait=30' }),
      read(),
      ...['/v1/events', '/v1/events', '/livez', '/livez'].map((url) => fastify.inject({ url })),
    );
    expect(shed).toEqual([]);
  });
});

describe('a process that is late with everything', () => {
  it('turns reads away, and still takes a failover', async () => {
    serving(100, 20);
    await fastify.ready();
    await eventuallyTrue('a read is turned away', async () => {
      const until = performance.now() + 150;
      while (performance.now() < until);
      await new Promise(setImmediate);
      const answer = read();
      await new Promise(setImmediate);
      waiting.forEach((answerIt) => answerIt());
      return (await answer).statusCode === 503;
    });
    expect(shed).toEqual(['READ']);
    const before = waiting.length;
    const urgent = failover();
    await arrived(before + 1);
    waiting.forEach((answer) => answer());
    expect((await urgent).statusCode).toBe(200);
  });
});
