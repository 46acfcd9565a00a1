import { Scope } from '../../../../src/domain/access/scope.js';
import type { Operation } from '../../../../src/domain/operation.js';
import { accepted, intent } from '../../support/changes.js';
import { GuardedProcess, snapshot } from '../../support/guarded-process.js';
import { Machines, newcomer, SUCCESS, tail } from '../../support/machines.js';
import { at, seen } from '../../support/operation.js';
import { redisForThisFile } from '../../support/redis.js';

const the = redisForThisFile();

async function done(process: GuardedProcess): Promise<string[]> {
  const { differences } = await process.keeper.report();
  return differences.map((one) => `${one.operationId.slice(-2)} ${one.done}`).sort();
}

it('an intent that the store has lost is there again before anybody may send', async () => {
  const machines = new Machines(the.redis);
  const process = await machines.add('disk-1');
  const pending = await process.accept(newcomer('alpha.books'));
  const goBack = await snapshot(the.redis);
  await process.change(pending, intent(0, 'a1', 'failover'));
  await machines.back(goBack);
  expect(await process.store.find(pending.id)).toMatchObject({ state: 'PENDING' });
  await machines.open();
  expect(await process.store.find(pending.id)).toMatchObject({
    state: 'SUBMITTING',
    calls: [{ state: 'SENDING', attempt: { id: 'a1' } }],
  });
});

it('what the machine of the API accepted and that of the worker sent is put together from both', async () => {
  const machines = new Machines(the.redis);
  const [api, worker] = [await machines.add('disk-1'), await machines.add('disk-2')];
  const pending = await api.accept(newcomer('alpha.books'), { keyHash: 'k', fingerprint: 'f' });
  await worker.change(pending, intent(0, 'a1', 'failover'));
  await worker.change((await worker.store.find(pending.id)) ?? pending, accepted('a1', 'job-7'));
  await machines.back(() => the.redis.flushall().then(() => undefined));
  await machines.open();
  expect(await api.store.find(pending.id)).toMatchObject({
    state: 'RUNNING',
    calls: [{ state: 'ACCEPTED' }],
  });
  expect(await api.store.findClaim('k')).toEqual({ operationId: pending.id, fingerprint: 'f' });
  expect(await api.store.holders('alpha', ['alpha.books'])).toEqual(new Map([['alpha.books', pending.id]]));
});

it.each([
  ['the journal of the API is compared first', false],
  ['that of the worker is', true],
])('a key comes back though another machine wrote the operation back: %s', async (_order, reversed) => {
  const machines = new Machines(the.redis);
  const [api, worker] = [await machines.add('disk-1'), await machines.add('disk-2')];
  const claim = { keyHash: 'k', fingerprint: 'f' };
  const pending = await api.accept(newcomer('alpha.books'), claim);
  await worker.change(pending, intent(0, 'a1', 'failover'), accepted('a1', 'job-7'));
  await the.redis.flushall();
  await machines.open(...(reversed ? [worker, api] : [api, worker]));
  expect(await api.store.findClaim('k')).toEqual({ operationId: pending.id, fingerprint: 'f' });
  expect(await api.store.find(pending.id)).toMatchObject({ state: 'RUNNING' });
});

describe.each([
  ['the one that knows more first', false],
  ['the one that knows more last', true],
])('two journals that know of one operation, %s', (_order, reversed) => {
  async function lost(
    story: (api: GuardedProcess, worker: GuardedProcess, running: Operation) => Promise<unknown>,
  ): Promise<Operation | null> {
    const machines = new Machines(the.redis);
    const [api, worker] = [await machines.add('disk-1'), await machines.add('disk-2')];
    const pending = await api.accept(newcomer('alpha.books'));
    const running = await worker.change(pending, intent(0, 'a1', 'failover'), accepted('a1', 'job-7'));
    await story(api, worker, running);
    await the.redis.flushall();
    await machines.open(...(reversed ? [worker, api] : [api, worker]));
    return api.store.find(pending.id);
  }
  const asked = {
    kind: 'CANCEL_REQUESTED',
    request: { requestedBy: 'ada', requestedTime: at(5) },
  } as const;

  it('keep a stop that one of them was asked for', async () => {
    const found = await lost((api, _worker, running) => api.change(running, asked));
    expect(found).toMatchObject({ state: 'CANCELLING', cancel: { state: 'REQUESTED' } });
  });

  it('keep that a stop was being sent, so that it is not sent twice', async () => {
    const found = await lost(async (api, worker, running) => {
      const stopping = await api.change(running, asked);
      await worker.change(stopping, { kind: 'CANCEL_SENDING', overBy: at(60) });
    });
    expect(found).toMatchObject({ cancel: { state: 'SENDING' } });
  });
});

it('a stop is not forgotten because the store was written to after it went back', async () => {
  const machines = new Machines(the.redis);
  const process = await machines.add('disk-1');
  const pending = await process.accept(newcomer('alpha.books'));
  const running = await process.change(pending, intent(0, 'a1', 'failover'), accepted('a1', 'job-7'));
  const goBack = await snapshot(the.redis);
  const request = { requestedBy: 'ada', requestedTime: at(5) };
  await process.change(running, { kind: 'CANCEL_REQUESTED', request });
  await goBack();
  for (const progressPercent of [10, 20, 30]) {
    await process.store.transition(pending.id, { kind: 'OBSERVED', seen: seen({ progressPercent }) });
  }
  await machines.back(() => Promise.resolve());
  await machines.open();
  expect(await process.store.find(pending.id)).toMatchObject({ state: 'CANCELLING' });
});

it('of two that had the same group one after the other, the first is history and the second holds it', async () => {
  const machines = new Machines(the.redis);
  const process = await machines.add('disk-1');
  const first = await process.accept(newcomer('alpha.books'));
  const running = await process.change(first, intent(0, 'a1', 'failover'), accepted('a1', 'job-7'));
  const goBack = await snapshot(the.redis);
  await process.change(running, { ...SUCCESS });
  const second = await process.accept(newcomer('alpha.books', { createdTime: at(100) }));
  await machines.back(goBack);
  await machines.open();
  expect(await process.store.find(first.id)).toMatchObject({ state: 'SUCCEEDED' });
  expect(await process.store.find(second.id)).toMatchObject({ state: 'PENDING' });
  expect(await process.store.holders('alpha', ['alpha.books'])).toEqual(
    new Map([['alpha.books', second.id]]),
  );
  expect(await done(process)).toEqual([`${tail(first)} RESTORED`, `${tail(second)} RESTORED`]);
});

it('the same when only another machine knows that the first has ended', async () => {
  const machines = new Machines(the.redis);
  const [here, there] = [await machines.add('disk-1'), await machines.add('disk-2')];
  const first = await there.accept(newcomer('alpha.books'));
  const running = await there.change(first, intent(0, 'a1', 'failover'), accepted('a1', 'job-7'));
  const goBack = await snapshot(the.redis);
  await there.change(running, { ...SUCCESS });
  const second = await here.accept(newcomer('alpha.books', { createdTime: at(100) }));
  await machines.back(goBack);
  await here.check(3);
  expect(await here.store.find(second.id)).toBeNull();
  await machines.open();
  expect(await here.store.find(second.id)).toMatchObject({ state: 'PENDING' });
  expect(await here.store.holders('alpha', ['alpha.books'])).toEqual(new Map([['alpha.books', second.id]]));
});

it('one whose group another operation took meanwhile is for a person', async () => {
  const machines = new Machines(the.redis);
  const process = await machines.add('disk-1');
  const goBack = await snapshot(the.redis);
  const lost = await process.accept(newcomer('alpha.books'));
  await goBack();
  // The store goes on under its token as if nothing had been: nobody has noticed yet.
  const taken = await process.store.accept(newcomer('alpha.books', { createdTime: at(100) }), null);
  expect(taken.kind).toBe('ACCEPTED');
  await machines.back(() => Promise.resolve());
  await machines.open();
  expect(await process.store.find(lost.id)).toMatchObject({ state: 'UNKNOWN', calls: [] });
  expect(await done(process)).toContain(`${tail(lost)} CONFLICT`);
});

describe('an end before it was sent, of which nobody knows whether the store took it', () => {
  const cancel = {
    kind: 'CANCEL_REQUESTED',
    request: { requestedBy: 'ada', requestedTime: at(5) },
  } as const;

  it('holds when nothing else is known', async () => {
    const machines = new Machines(the.redis);
    const process = await machines.add('disk-1');
    const pending = await process.accept(newcomer('alpha.books'));
    await process.answer(pending, cancel);
    await machines.back(() => Promise.resolve());
    await machines.open();
    expect(await process.store.find(pending.id)).toMatchObject({ state: 'CANCELLED' });
  });

  it.each([
    ['is in the store', () => Promise.resolve()],
    ['is in another journal only', () => the.redis.flushall().then(() => undefined)],
  ])('gives way to a send that %s', async (_where, lose) => {
    const machines = new Machines(the.redis);
    const [api, worker] = [await machines.add('disk-1'), await machines.add('disk-2')];
    const pending = await api.accept(newcomer('alpha.books'));
    await api.answer(pending, cancel);
    await worker.change(pending, intent(0, 'a1', 'failover'), accepted('a1', 'job-7'));
    await machines.back(lose);
    await machines.open();
    expect(await api.store.find(pending.id)).toMatchObject({ state: 'RUNNING' });
    expect(await api.store.holders('alpha', ['alpha.books'])).toEqual(new Map([['alpha.books', pending.id]]));
  });
});

it('an end that the store may not have taken is for a person while a journal is missing', async () => {
  const machines = new Machines(the.redis);
  const [here, gone] = [await machines.add('disk-1'), await machines.add('disk-2')];
  const pending = await here.accept(newcomer('alpha.books'));
  const request = { requestedBy: 'ada', requestedTime: at(5) };
  await here.answer(pending, { kind: 'CANCEL_REQUESTED', request });
  await gone.change(pending, intent(0, 'a1', 'failover'));
  await here.check();
  machines.clock.advance(20_000);
  await the.redis.flushall();
  for (let i = 0; i < 500 && !(await here.check()); i += 1) machines.clock.advance(250);
  expect(await here.store.find(pending.id)).toMatchObject({ state: 'UNKNOWN' });
});

describe('what the store has as not sent, after a loss', () => {
  async function afterALoss(journaled: boolean): Promise<{ process: GuardedProcess; waiting: Operation }> {
    const machines = new Machines(the.redis);
    const process = await machines.add('disk-1');
    const waiting = newcomer('alpha.mail');
    if (journaled) await process.accept(waiting);
    else await process.store.accept(waiting, null);
    const goBack = await snapshot(the.redis);
    await process.accept(newcomer('alpha.books'));
    await machines.back(goBack);
    await machines.open();
    return { process, waiting };
  }

  it('is sent later when the journal says so, too', async () => {
    const { process, waiting } = await afterALoss(true);
    expect(await process.store.find(waiting.id)).toMatchObject({ state: 'PENDING', version: 1 });
  });

  it('is for a person when no journal says so: it may have been sent before', async () => {
    const { process, waiting } = await afterALoss(false);
    expect(await process.store.find(waiting.id)).toMatchObject({
      state: 'UNKNOWN',
      evidence: expect.stringContaining('no journal tells') as string,
    });
    expect(await process.store.holders('alpha', ['alpha.mail'])).toEqual(
      new Map([['alpha.mail', waiting.id]]),
    );
    expect(await done(process)).toContain(`${tail(waiting)} DOUBTED`);
  });

  it('is left as it is when nothing was lost', async () => {
    const machines = new Machines(the.redis);
    const process = await machines.add('disk-1');
    const waiting = newcomer('alpha.mail');
    await process.store.accept(waiting, null);
    await machines.back(() => Promise.resolve());
    await machines.open();
    expect(await process.store.find(waiting.id)).toMatchObject({ state: 'PENDING' });
  });
});

it('without any journal an emptied store is empty, and every site is looked at before anything is sent', async () => {
  const machines = new Machines(the.redis);
  const { NoJournal } = await import('../../../../src/operations/journal/no-journal.js');
  const process = new GuardedProcess(the.redis, machines.life, new NoJournal(), machines.clock);
  await machines.open(process);
  await process.store.accept(newcomer('alpha.books'), null);
  await the.redis.flushall();
  await machines.open(process);
  expect(await process.store.listOpen('alpha')).toEqual([]);
  process.keeper.pass();
  expect(() => process.keeper.pass('alpha')).toThrow('alpha has not been looked at');
});

it('what a newer version of the gateway wrote down is left to it', async () => {
  const machines = new Machines(the.redis);
  const process = await machines.add('disk-1');
  const newer = newcomer('alpha.books', { schema: 99 });
  await process.note(newer);
  await machines.back(() => Promise.resolve());
  await machines.open();
  expect(await process.store.find(newer.id)).toBeNull();
});

it('thousands of operations are compared in one go', async () => {
  const machines = new Machines(the.redis);
  const process = await machines.add('disk-1');
  for (let i = 0; i < 3_000; i += 1) {
    await process.note(newcomer(`alpha.group-${i}`, { state: 'SUCCEEDED', endedTime: at(i), version: 5 }));
  }
  await machines.back(() => Promise.resolve());
  await machines.open();
  expect((await process.store.list({ seen: Scope.ALL, newestFirst: true }, null, 100)).items).toHaveLength(
    100,
  );
  expect(await the.redis.keys('*:op:*[0-9a-f]')).toHaveLength(3_000);
}, 120_000);

it('what was written back is told also if it was written back for a token that had its day meanwhile', async () => {
  const machines = new Machines(the.redis);
  const process = await machines.add('disk-1');
  const pending = await process.accept(newcomer('alpha.books'));
  await process.change(pending, intent(0, 'a1', 'failover'));
  const checkIn = process.board.checkIn.bind(process.board);
  let refused = 0;
  process.board.checkIn = (me, of) => {
    if (of.differences.length === 0 || refused > 0) return checkIn(me, of);
    refused += 1;
    return Promise.resolve(false);
  };
  await machines.back(() => the.redis.flushall().then(() => undefined));
  await machines.open();
  expect(refused).toBe(1);
  expect(await done(process)).toEqual([`${tail(pending)} RESTORED`]);
});

it.each([
  ['its journal is compared first', false],
  ['that of the sender is', true],
])(
  'an end that was taken back, and written down too late, does not undo a later send: %s',
  async (_order, reversed) => {
    const machines = new Machines(the.redis);
    const [api, worker] = [await machines.add('disk-1'), await machines.add('disk-2')];
    const pending = await api.accept(newcomer('alpha.books'));
    const running = await worker.change(pending, intent(0, 'a1', 'failover'), accepted('a1', 'job-7'));
    await api.note({ ...pending, state: 'REJECTED', version: 2, endedTime: at(3) });
    await machines.back(() => Promise.resolve());
    await machines.open();
    expect(await api.store.find(pending.id)).toMatchObject({ state: 'RUNNING', version: running.version });
    expect(await done(api)).toEqual([]);
    // Nor does it when the store has lost both.
    await machines.back(() => the.redis.flushall().then(() => undefined));
    await machines.open(...(reversed ? [worker, api] : [api, worker]));
    expect(await api.store.find(pending.id)).toMatchObject({
      state: 'RUNNING',
      calls: [{ state: 'ACCEPTED' }],
    });
  },
);
