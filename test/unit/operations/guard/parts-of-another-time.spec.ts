import type { Operation } from '../../../../src/domain/operation.js';
import { NoJournal } from '../../../../src/operations/journal/no-journal.js';
import type { Journal } from '../../../../src/operations/journal/journal.js';
import { shardOf, shardPrefix } from '../../../../src/platform/redis/keys.js';
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
const MINUTES_MS = 60_000;
const OF_ALPHA = `${shardPrefix(shardOf('alpha'))}:*`;

let made = 0;
function newcomer(): Operation {
  made += 1;
  const id = `alpha.01900000-0000-7000-8000-${made.toString(16).padStart(12, '0')}`;
  return operation({ id, lockedGroupIds: [`alpha.group-${made}`] });
}

/** Processes around a store whose parts can go back in time one by one, as the masters of a Cluster can. */
class Parts {
  readonly clock = new TestClock();
  readonly life = new ServerLife();

  start(journal: Journal): GuardedProcess {
    return new GuardedProcess(the.redis, this.life, journal, this.clock);
  }

  open(...processes: GuardedProcess[]): Promise<number> {
    return untilOpen(this.clock, processes);
  }

  /** As time goes on, and everybody looks now and then. */
  async pass(ms: number, ...processes: GuardedProcess[]): Promise<void> {
    for (let passed = 0; passed < ms; passed += 2_000) {
      this.clock.advance(2_000);
      for (const process of processes) await process.check();
    }
  }

  restart(...processes: GuardedProcess[]): void {
    this.life.identity = `${this.life.identity}+`;
    for (const { keeper } of processes) keeper.close('The store cannot be reached.');
  }
}

async function reasonOf({ keeper }: GuardedProcess): Promise<string | null> {
  return (await keeper.report()).reason;
}

describe('a part of the store that comes back with data of minutes ago', () => {
  it.each([
    ['with a journal', () => new SharedJournal('disk-1')],
    ['without one', () => new NoJournal()],
  ])('is no failover for a process %s', async (_how, journal) => {
    const parts = new Parts();
    const process = parts.start(journal());
    await parts.open(process);
    const goBack = await snapshot(the.redis, OF_ALPHA);
    await parts.pass(4 * MINUTES_MS, process);
    await goBack();
    parts.restart(process);
    await parts.open(process);
    expect(await reasonOf(process)).toBe('OTHER_STORE');
    expect(() => process.keeper.pass('alpha')).toThrow('alpha has not been looked at');
  });

  it('has what it calls not sent decided by a person, when a journal is missing that may know better', async () => {
    const parts = new Parts();
    const [here, gone] = [parts.start(new SharedJournal('disk-1')), parts.start(new SharedJournal('disk-2'))];
    await parts.open(here, gone);
    const pending = await here.accept(newcomer());
    const goBack = await snapshot(the.redis, OF_ALPHA);
    await parts.pass(4 * MINUTES_MS, here, gone);
    await goBack();
    parts.restart(here);
    expect(await parts.open(here)).toBeGreaterThanOrEqual(PATIENCE_MS);
    expect(await here.store.find(pending.id)).toMatchObject({ state: 'UNKNOWN', calls: [] });
  });

  it('is known for what it is though a process that was just started saw it first', async () => {
    const parts = new Parts();
    const old = parts.start(new SharedJournal('disk-1'));
    await parts.open(old);
    const goBack = await snapshot(the.redis, OF_ALPHA);
    await parts.pass(4 * MINUTES_MS, old);
    await goBack();
    parts.restart(old);
    const fresh = parts.start(new SharedJournal('disk-1'));
    await parts.open(fresh);
    expect(await reasonOf(fresh)).toBe('OTHER_SERVER');
    expect(await old.check()).toBe(false);
    await parts.open(old, fresh);
    expect([await reasonOf(old), await reasonOf(fresh)]).toEqual(['OTHER_STORE', 'OTHER_STORE']);
  });

  it('is known for what it is by several at once, and begun anew by one of them only', async () => {
    const parts = new Parts();
    const all = ['disk-1', 'disk-2', 'disk-3'].map((disk) => parts.start(new SharedJournal(disk)));
    await parts.open(...all);
    const goBack = await snapshot(the.redis, OF_ALPHA);
    await parts.pass(4 * MINUTES_MS, ...all);
    await goBack();
    parts.restart(...all);
    const begun = new Set<string | undefined>();
    for (let i = 0; i < 60; i += 1) {
      for (const process of all) {
        await process.check();
        begun.add((await process.board.look(process.keeper.me, parts.clock.now())).board?.token);
      }
      parts.clock.advance(250);
    }
    expect(all.map(({ keeper }) => keeper.isOpen)).toEqual([true, true, true]);
    expect(begun.size).toBe(1);
  });

  it('is noticed on a server that does not tell who it is', async () => {
    const parts = new Parts();
    parts.life.identity = null;
    const process = parts.start(new SharedJournal('disk-1'));
    await parts.open(process);
    const goBack = await snapshot(the.redis, OF_ALPHA);
    await parts.pass(4 * MINUTES_MS, process);
    await goBack();
    expect(await process.check()).toBe(false);
    await parts.open(process);
    expect(await reasonOf(process)).toBe('OTHER_STORE');
  });

  it('does not get a note of now when it comes back between a look and the note', async () => {
    const parts = new Parts();
    const process = parts.start(new SharedJournal('disk-1'));
    await parts.open(process);
    const goBack = await snapshot(the.redis, OF_ALPHA);
    await parts.pass(4 * MINUTES_MS, process);
    parts.clock.advance(10_000);
    const note = process.board.note.bind(process.board);
    process.board.note = async (...given) => {
      await goBack();
      process.board.note = note;
      return note(...given);
    };
    await process.check();
    parts.restart(process);
    await parts.open(process);
    expect(await reasonOf(process)).toBe('OTHER_STORE');
  });
});

it('a part that lacks the last seconds only is another server', async () => {
  const parts = new Parts();
  const process = parts.start(new SharedJournal('disk-1'));
  await parts.open(process);
  await parts.pass(MINUTES_MS, process);
  const goBack = await snapshot(the.redis, OF_ALPHA);
  await parts.pass(6_000, process);
  await goBack();
  parts.restart(process);
  await parts.open(process);
  expect(await reasonOf(process)).toBe('OTHER_SERVER');
});

it('a process that was frozen for longer than notes are kept does not take their absence for a loss', async () => {
  const parts = new Parts();
  const process = parts.start(new SharedJournal('disk-1'));
  await parts.open(process);
  const notes = await the.redis.keys('*note:*');
  expect(notes).toHaveLength(9);
  await the.redis.del(...notes);
  parts.clock.advance(8 * 24 * 60 * MINUTES_MS);
  expect(await process.check()).toBe(true);
  expect(await reasonOf(process)).toBe('NEW_STORE');
});
