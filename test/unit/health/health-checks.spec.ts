import type { Redis } from 'ioredis';
import {
  clockCheck,
  connectionsCheck,
  guardCheck,
  journalCheck,
  queuesCheck,
  replicasCheck,
  workersCheck,
} from '../../../src/health-checks.js';
import { OpenGuard } from '../../../src/operations/guard/open-guard.js';
import type { GuardReport } from '../../../src/operations/guard/store-guard.js';
import { NoJournal } from '../../../src/operations/journal/no-journal.js';
import { Health, type Matters } from '../../../src/platform/health/health.js';
import type { WorkerPulse } from '../../../src/platform/queue/worker-pulse.js';
import type { CanaryBoard } from '../../../src/platform/redis/canary-board.js';
import type { RedisClockSkew } from '../../../src/platform/redis/redis-clock-skew.js';
import { failoverRisk, ReplicaReadiness } from '../../../src/platform/redis/replica-readiness.js';

const HOLDING: GuardReport = {
  state: 'HOLDING',
  reason: 'OTHER_STORE',
  sinceTime: '2030-01-02T03:04:05.000Z',
  waitingFor: ['The journal of another machine has not been compared.'],
  differences: [],
};

it('the guard that holds says since when, why, and what it waits for', async () => {
  const guard = Object.assign(new OpenGuard(), { report: () => Promise.resolve(HOLDING) });
  expect(await guardCheck(guard, 'READINESS').ask()).toEqual({
    ok: false,
    detail:
      'Nothing is accepted or sent since 2030-01-02T03:04:05.000Z: OTHER_STORE. The journal of another machine has not been compared.',
  });
  expect(await guardCheck(new OpenGuard(), 'READINESS').ask()).toMatchObject({ ok: true });
});

it('the guard that holds is only told where reads go on', async () => {
  const guard = Object.assign(new OpenGuard(), { report: () => Promise.resolve(HOLDING) });
  const ready = (matters: Matters) => new Health([guardCheck(guard, matters)]).ready();
  expect(await ready('TOLD')).toMatchObject({
    ok: true,
    fault: null,
    checks: [{ name: 'guard', ok: false }],
  });
  expect(await ready('READINESS')).toMatchObject({ ok: false, fault: { name: 'guard' } });
});

describe('Sentinels without a replica that is waited for', () => {
  const SENTINELS = 'redis+sentinel://a:26379,b:26379/mymaster';
  const readiness = (redisUrl: string, waitReplicas: number) =>
    new ReplicaReadiness(
      waitReplicas,
      () => ({ status: 'ready' }) as Redis,
      failoverRisk({ redisUrl, waitReplicas }),
    );

  it('are told, with what to set, and make nothing fail', async () => {
    const check = replicasCheck(readiness(SENTINELS, 0));
    expect(check.matters).toBe('TOLD');
    expect(await check.ask()).toEqual({
      ok: false,
      detail: expect.stringMatching(
        /^REDIS_URL names Sentinels, but REDIS_WAIT_REPLICAS is 0: .*\.$/,
      ) as string,
    });
  });

  it('are told of a Cluster, too', () => {
    const risk = failoverRisk({ redisUrl: 'redis+cluster://a:6379,b:6379', waitReplicas: 0 });
    expect(risk).toMatch(/^REDIS_URL names a Cluster, but REDIS_WAIT_REPLICAS is 0: /);
  });

  it.each([
    ['a replica is waited for', SENTINELS, 1],
    ['there are none', 'redis://127.0.0.1:6379', 0],
  ])('are no matter where %s', (_where, redisUrl, waitReplicas) => {
    expect(failoverRisk({ redisUrl, waitReplicas })).toBeNull();
    expect(replicasCheck(readiness(redisUrl, waitReplicas)).matters).toBe('READINESS');
  });
});

it('a journal that cannot be written is told by its own words; none is none', async () => {
  const full = Object.assign(new NoJournal(), { fault: () => Promise.resolve('The disk is full.') });
  expect(await journalCheck(full).ask()).toEqual({ ok: false, detail: 'The disk is full.' });
  expect(await journalCheck(new NoJournal()).ask()).toEqual({ ok: true, detail: 'None is kept.' });
});

it('a connection that has ended for good ends the process; one that is made anew does not', async () => {
  const asked = (...states: string[]) => connectionsCheck(() => states);
  expect(asked().matters).toBe('LIVENESS');
  expect(await asked('ready', 'reconnecting').ask()).toMatchObject({ ok: true });
  expect(await asked('ready', 'end').ask()).toMatchObject({ ok: false });
});

it('queues that this process does not answer end it; that nobody answers them is only told elsewhere', async () => {
  const pulse = { fault: () => 'Of 24 queues, 1 is silent.' } as WorkerPulse;
  expect(queuesCheck(pulse)).toMatchObject({ matters: 'LIVENESS' });
  expect(await queuesCheck(pulse).ask()).toEqual({ ok: false, detail: 'Of 24 queues, 1 is silent.' });
  const board = { seen: () => Promise.resolve(['mark', null]) } as unknown as CanaryBoard;
  expect(workersCheck(board, ['a/0', 'a/1'])).toMatchObject({ matters: 'TOLD' });
  expect(await workersCheck(board, ['a/0', 'a/1']).ask()).toEqual({
    ok: false,
    detail: 'Of 2 queues, 1 had no answer within a minute: a/1 …',
  });
});

it('clocks that are too far apart are a fault; otherwise it is said how far they are', async () => {
  const skew = (fault: string | null) =>
    ({ fault: () => fault, sentence: () => 'They agree.' }) as unknown as RedisClockSkew;
  expect(await clockCheck(skew('Too far.')).ask()).toEqual({ ok: false, detail: 'Too far.' });
  expect(await clockCheck(skew(null)).ask()).toEqual({ ok: true, detail: 'They agree.' });
});
