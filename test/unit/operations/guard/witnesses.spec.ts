import type { Operation } from '../../../../src/domain/operation.js';
import { NoJournal } from '../../../../src/operations/journal/no-journal.js';
import { accepted, intent } from '../../support/changes.js';
import {
  GuardedProcess,
  PATIENCE_MS,
  ServerLife,
  snapshot,
  untilOpen,
} from '../../support/guarded-process.js';
import { operation } from '../../support/operation.js';
import { redisForThisFile } from '../../support/redis.js';
import { SharedJournal } from '../../support/shared-journal.js';
import { TestClock } from '../../support/test-clock.js';

const the = redisForThisFile();
const HOUR_MS = 3_600_000;

let made = 0;
function newcomer(changes: Partial<Operation> = {}): Operation {
  made += 1;
  const id = `alpha.01900000-0000-7000-8000-${made.toString(16).padStart(12, '0')}`;
  return operation({ id, lockedGroupIds: [`alpha.group-${made}`], ...changes });
}

/** Two machines, each with a disk; the operation was accepted on one and sent by the other. */
class Machines {
  readonly clock = new TestClock();
  readonly life = new ServerLife();
  readonly here = new SharedJournal('disk-1');
  readonly there = new SharedJournal('disk-2');

  start(journal: SharedJournal | NoJournal, waitReplicas = 0): GuardedProcess {
    return new GuardedProcess(the.redis, this.life, journal, this.clock, waitReplicas);
  }

  open(...processes: GuardedProcess[]): Promise<number> {
    return untilOpen(this.clock, processes);
  }

  async both(): Promise<[GuardedProcess, GuardedProcess]> {
    const both: [GuardedProcess, GuardedProcess] = [this.start(this.here), this.start(this.there)];
    await this.open(...both);
    for (const process of both) await process.check();
    return both;
  }
}

const sending = [intent(0, 'a1', 'failover'), accepted('a1', 'job-7')] as const;

it('after everything was started anew on an empty store, the other machine is still waited for', async () => {
  const machines = new Machines();
  const [api, worker] = await machines.both();
  const pending = await api.accept(newcomer());
  await worker.change(pending, ...sending);
  machines.clock.advance(10 * 60_000);
  await the.redis.flushall();
  const first = machines.start(machines.here);
  for (let i = 0; i < 80; i += 1) {
    expect(await first.check()).toBe(false);
    machines.clock.advance(500);
  }
  expect((await first.keeper.report()).waitingFor.join()).toContain('disk-2');
  await machines.open(first, machines.start(machines.there));
  expect(await first.store.find(pending.id)).toMatchObject({ state: 'RUNNING' });
});

it('a dump of yesterday is not taken for a restart: the others are waited for, whatever it says of them', async () => {
  const machines = new Machines();
  const [api, worker] = await machines.both();
  const pending = await api.accept(newcomer());
  const goBack = await snapshot(the.redis);
  machines.clock.advance(30 * HOUR_MS);
  for (const process of [api, worker, api]) await process.check();
  await worker.change(pending, ...sending);
  await goBack();
  machines.life.identity = 'started from the dump';
  for (const { keeper } of [api, worker]) keeper.close('The store cannot be reached.');
  for (let i = 0; i < 40; i += 1) {
    expect(await api.check()).toBe(false);
    machines.clock.advance(250);
  }
  expect(await api.keeper.report()).toMatchObject({ reason: 'OTHER_STORE' });
  await machines.open(api, worker);
  expect(await api.store.find(pending.id)).toMatchObject({ state: 'RUNNING' });
});

it('a restart after a long absence of the store is one all the same', async () => {
  const machines = new Machines();
  const [api, worker] = await machines.both();
  for (const { keeper } of [api, worker]) keeper.close('The store cannot be reached.');
  machines.clock.advance(2 * HOUR_MS);
  machines.life.identity = 'started again';
  expect(await machines.open(api, worker)).toBeLessThan(1_000);
  expect(await api.keeper.report()).toMatchObject({ reason: 'OTHER_SERVER' });
});

describe('what is not sent as far as the journals go', () => {
  async function afterRestart(worker: SharedJournal | NoJournal, waitReplicas = 0) {
    const machines = new Machines();
    const [api, other] = [machines.start(machines.here, waitReplicas), machines.start(worker, waitReplicas)];
    await machines.open(api, other);
    for (const process of [api, other]) await process.check();
    const pending = await api.accept(newcomer());
    const notBefore = new Date(machines.clock.now() + HOUR_MS).toISOString();
    const later = await api.accept(newcomer({ notBefore }));
    machines.clock.advance(20_000);
    machines.life.identity = 'second-life';
    const waitedMs = await machines.open(api);
    const stateOf = async ({ id }: Operation) => (await api.store.find(id))?.state;
    return { waitedMs, pending: await stateOf(pending), later: await stateOf(later) };
  }

  it('is for a person when a process that keeps no journal may have sent it', async () => {
    const { waitedMs, pending } = await afterRestart(new NoJournal());
    expect(pending).toBe('UNKNOWN');
    expect(waitedMs).toBeLessThan(1_000);
  });

  it('is for a person when a journal is missing; but not what was put off until later', async () => {
    const { waitedMs, pending, later } = await afterRestart(new SharedJournal('disk-2'));
    expect(waitedMs).toBeGreaterThanOrEqual(PATIENCE_MS);
    expect({ pending, later }).toEqual({ pending: 'UNKNOWN', later: 'PENDING' });
  });

  it('is believed when every intent is on a replica, too, before it counts', async () => {
    const { pending } = await afterRestart(new SharedJournal('disk-2'), 1);
    expect(pending).toBe('PENDING');
  });
});

it('a site that cannot be looked at as a whole is acted upon in the end, and that is told', async () => {
  const machines = new Machines();
  const [api, worker] = await machines.both();
  await api.accept(newcomer());
  await the.redis.flushall();
  await machines.open(api, worker);
  expect(() => api.keeper.pass('alpha')).toThrow('alpha has not been looked at');
  machines.clock.advance(PATIENCE_MS);
  api.keeper.pass('alpha').check();
  expect((await api.keeper.report()).waitingFor.join()).toContain('Only the target of each operation');
});
