import { appendFileSync, utimesSync } from 'node:fs';
import type { SendAttempt } from '../../../src/domain/operation.js';
import { DurableOperationStore } from '../../../src/operations/durable-operation-store.js';
import { OpenGuard } from '../../../src/operations/guard/open-guard.js';
import type { Journal } from '../../../src/operations/journal/journal.js';
import { compact } from '../../../src/operations/journal/journal-compaction.js';
import { SendMarks } from '../../../src/operations/journal/send-marks.js';
import { OperationRunner } from '../../../src/operations/operation-runner.js';
import { SiteWatcher } from '../../../src/operations/site-watcher.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { all, JournalFolder } from './journal/journal-folder.js';
import { LongWork, SETTINGS } from '../support/long-work.js';
import { changed } from '../support/memory-site.js';
import { MemoryJournal } from '../support/memory-journal.js';
import { operationIn } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();

/** A machine whose senders die at a place of our choice: before their mark, after it, or not at all. */
function machine(dies: { at: 'BEFORE_MARK' | 'AFTER_MARK' | 'NEVER' }, journal = new MemoryJournal()) {
  const never = (): Promise<never> => new Promise(() => undefined);
  const work = new LongWork(the.redis, (driver) =>
    changed(driver, {
      start: async (call, gate, cx) => {
        if (dies.at === 'BEFORE_MARK') await never();
        if (dies.at === 'AFTER_MARK') {
          await gate.confirm?.();
          await never();
        }
        return driver.start(call, gate, cx);
      },
    }),
  );
  const registry = new ProviderRegistry([work.site.provider]);
  const { clock, doorbells } = work;
  const guard = new OpenGuard();
  const store = new DurableOperationStore(work.store, journal, guard, clock, () => undefined);
  const marks = new SendMarks(journal, clock);
  const step = (_operation: unknown, go: () => ReturnType<OperationRunner['submit']>) => go();
  const runner = new OperationRunner(
    ...([store, registry, clock, SETTINGS, silentLog(), doorbells, guard] as const),
    ...([undefined, step, marks] as const),
  );
  const watcher = new SiteWatcher(
    ...([store, registry, clock, SETTINGS, silentLog(), doorbells] as const),
    ...([undefined, undefined, undefined, undefined, marks] as const),
  );
  return { work, runner, watcher, journal, dies };
}

async function killed({ work, runner, journal, dies }: ReturnType<typeof machine>): Promise<string> {
  const { id } = await work.accept();
  const intents = (): number => journal.kept.filter((one) => one.kind === 'RECORD').length;
  const marked = (): boolean => journal.kept.some((one) => one.kind === 'MARK');
  void runner.submit(id);
  const isThere = (): boolean => intents() > 0 && (dies.at !== 'AFTER_MARK' || marked());
  while (!isThere()) await new Promise(setImmediate);
  dies.at = 'NEVER';
  return id;
}

describe('a sender that was killed', () => {
  it('before its mark has sent nothing: once it may not send any more, another one does', async () => {
    const the = machine({ at: 'BEFORE_MARK' });
    const id = await killed(the);
    expect(await the.runner.submit(id)).toEqual({ againInMs: 10_000 });
    the.work.clock.advance(10_000);
    const next = await the.runner.submit(id);
    expect(await the.work.now(id)).toMatchObject({ state: 'PENDING', calls: [{ state: 'PENDING' }] });
    expect(next).toMatchObject({ againInMs: expect.any(Number) as number });
    the.work.clock.advance(15_000);
    await the.runner.submit(id);
    expect(await the.work.now(id)).toMatchObject({ state: 'RUNNING' });
    expect(the.work.executions).toBe(1);
  });

  it('after its mark may have sent it: it is waited for, and then evidence is', async () => {
    const the = machine({ at: 'AFTER_MARK' });
    const id = await killed(the);
    the.work.clock.advance(10_000);
    expect(await the.runner.submit(id)).toEqual({ againInMs: 30_000 });
    the.work.clock.advance(30_000);
    expect(await the.runner.submit(id)).toBe('DONE');
    await the.watcher.tick(the.work.site.siteId);
    expect((await the.work.now(id)).state).toBe('RECONCILING');
    expect(the.work.executions).toBe(0);
  });

  it('is told of on its own machine, also when another one was quicker to doubt it', async () => {
    const the = machine({ at: 'BEFORE_MARK' });
    const id = await killed(the);
    the.work.clock.advance(40_000);
    // Another machine: it has no such journal.
    expect(await the.work.runner.submit(id)).toBe('DONE');
    expect((await the.work.now(id)).state).toBe('RECONCILING');
    await the.work.watcher.tick(the.work.site.siteId);
    expect((await the.work.now(id)).state).toBe('RECONCILING');
    await the.watcher.tick(the.work.site.siteId);
    expect((await the.work.now(id)).state).toBe('PENDING');
  });

  it('and is only frozen finds its intent revoked, whenever it wakes', async () => {
    const the = machine({ at: 'NEVER' });
    const { id } = await the.work.accept();
    let wake = (): void => undefined;
    the.journal.onAppend = (entry) =>
      entry.kind === 'MARK' ? new Promise<void>((resolve) => (wake = resolve)) : undefined;
    const asleep = the.runner.submit(id);
    while (!the.journal.kept.some((one) => one.kind === 'RECORD')) await new Promise(setImmediate);
    the.work.clock.advance(10_000);
    the.journal.onAppend = () => undefined;
    await the.runner.submit(id);
    the.work.clock.advance(15_000);
    await the.runner.submit(id);
    wake();
    await asleep;
    expect(await the.work.now(id)).toMatchObject({ state: 'RUNNING' });
    expect(the.work.executions).toBe(1);
  });

  it('cannot mark: then it does not send', async () => {
    const the = machine({ at: 'NEVER' });
    const { id } = await the.work.accept();
    the.journal.onAppend = (entry) => void (the.journal.broken = entry.kind === 'MARK' ? 'disk full' : null);
    await the.runner.submit(id);
    expect(await the.work.now(id)).toMatchObject({ state: 'PENDING' });
    expect(the.work.changesSent).toBe(0);
  });
});

describe('what a folder says of an attempt', () => {
  const folder = new JournalFolder();
  afterAll(() => folder.remove());
  // The times of files are the machine's.
  const clock = new TestClock(Date.now());

  const attemptIn = (journal: Journal, id: string, journalId = journal.id): SendAttempt => {
    const now = new Date(clock.now()).toISOString();
    return { id, intentTime: now, overBy: now, ...(journalId === null ? {} : { journalId }) };
  };
  async function intendedIn(journal: Journal, attempt: SendAttempt, isByItself = true): Promise<SendAttempt> {
    const record = operationIn('SUBMITTING');
    const [call] = record.calls;
    if (call) record.calls = [{ ...call, state: 'SENDING', attempt }];
    const line = { kind: 'RECORD', time: attempt.intentTime, record } as const;
    await journal.append(isByItself ? { ...line, intendedAttemptId: attempt.id } : line);
    return attempt;
  }

  it('is certain only with the intent, without a mark, whole, lately, and in its own folder', async () => {
    const journal = await folder.open(clock);
    const marks = new SendMarks(journal, clock);
    const attemptOf = (id: string, journalId?: string): SendAttempt => attemptIn(journal, id, journalId);
    const intended = (attempt: SendAttempt, isByItself = true): Promise<SendAttempt> =>
      intendedIn(journal, attempt, isByItself);
    const killedBefore = await intended(attemptOf('a'));
    const killedAfter = await intended(attemptOf('b'));
    await marks.mark('o', 'b');
    expect(await marks.isUnmarked(killedBefore)).toBe(true);
    expect(await marks.isUnmarked(killedAfter)).toBe(false);
    expect(await marks.isUnmarked(attemptOf('not intended here'))).toBe(false);
    expect(await marks.isUnmarked(await intended(attemptOf('c', 'another folder')))).toBe(false);
    // Whoever repeats the record of another has another one's marks nowhere.
    expect(await marks.isUnmarked(await intended(attemptOf('e'), false))).toBe(false);
    clock.advance(5 * 60_000 + 1);
    expect(await marks.isUnmarked(killedBefore)).toBe(false);
    const later = await intended(attemptOf('d'));
    expect(await marks.isUnmarked(later)).toBe(true);
    await journal.compact();
    expect(await marks.isUnmarked(later)).toBe(true);
    appendFileSync(folder.pathOf(folder.files[0] ?? ''), 'a line that nobody can read\n');
    expect(await marks.isUnmarked(later)).toBe(false);
  });

  it('is nothing where a later version has written: that may be a mark', async () => {
    const journal = await folder.open(clock);
    const attempt = await intendedIn(journal, attemptIn(journal, 'f'));
    const time = new Date(clock.now()).toISOString();
    appendFileSync(
      folder.pathOf(folder.files.at(-1) ?? ''),
      `${JSON.stringify({ kind: 'DEPARTURE', time, attemptId: 'f' })}\n`,
    );
    expect(await new SendMarks(journal, clock).isUnmarked(attempt)).toBe(false);
  });
});

describe('of the files of a folder', () => {
  const HOURS_S = 7_200;
  const clock = new TestClock(Date.now());
  const time = new Date(clock.now()).toISOString();
  const makeOld = (path: string): void =>
    utimesSync(path, clock.now() / 1000 - HOURS_S, clock.now() / 1000 - HOURS_S);

  async function intended(folder: JournalFolder): Promise<boolean> {
    const journal = await folder.open(clock);
    const attempt = { id: 'a', intentTime: time, overBy: time, journalId: journal.id };
    await journal.append({ kind: 'RECORD', time, record: operationIn('SUBMITTING'), intendedAttemptId: 'a' });
    return new SendMarks(journal, clock).isUnmarked(attempt);
  }

  it('one that was compacted hours ago is not read, whatever is in it', async () => {
    const folder = new JournalFolder();
    try {
      const journal = await folder.open(clock);
      await journal.append({ kind: 'RECORD', time, record: operationIn('RUNNING') });
      await journal.close();
      await compact(folder.path, clock.now() + 3_600_000, silentLog());
      const [compacted = ''] = folder.files;
      expect(compacted).toMatch(/^compacted-/);
      appendFileSync(folder.pathOf(compacted), 'a line that nobody can read\n');
      makeOld(folder.pathOf(compacted));
      expect(await intended(folder)).toBe(true);
    } finally {
      await folder.remove();
    }
  });

  it('one that is added to is read though it seems to be old: the clock of its writer was set back', async () => {
    const folder = new JournalFolder();
    try {
      const journal = await folder.open(clock);
      await journal.append({ kind: 'MARK', time, operationId: 'o', attemptId: 'a' });
      await journal.close();
      makeOld(folder.pathOf(folder.files[0] ?? ''));
      expect(await intended(folder)).toBe(false);
    } finally {
      await folder.remove();
    }
  });
});

describe('a journal that is asked', () => {
  const clock = new TestClock();
  const time = new Date(clock.now()).toISOString();
  const attemptOf = (id: string): SendAttempt => ({
    id,
    intentTime: time,
    overBy: time,
    journalId: 'memory',
  });

  async function asked(...ids: string[]) {
    const journal = new MemoryJournal();
    for (const id of ids) {
      await journal.append({
        kind: 'RECORD',
        time,
        record: operationIn('SUBMITTING'),
        intendedAttemptId: id,
      });
    }
    const reads = import.meta.jest.spyOn(journal, 'entries');
    return { journal, reads, marks: new SendMarks(journal, clock) };
  }

  it('and cannot be read tells nothing, stops nobody, and is asked again', async () => {
    const { reads, marks } = await asked('a');
    reads.mockImplementationOnce(() => {
      throw new Error('EIO');
    });
    expect(await marks.isUnmarked(attemptOf('a'))).toBe(false);
    expect(await marks.isUnmarked(attemptOf('a'))).toBe(true);
  });

  it('is read once for all of a look', async () => {
    const { journal, reads, marks } = await asked('a', 'b', 'c');
    await journal.append({ kind: 'MARK', time, operationId: 'o', attemptId: 'b' });
    const unmarked = await marks.unmarkedOf(['a', 'b', 'c', 'd'].map(attemptOf));
    expect([...unmarked]).toEqual(['a', 'c']);
    expect(reads).toHaveBeenCalledTimes(1);
  });

  it('is not read for what was found there, nor for what was marked by this process', async () => {
    const { journal, reads, marks } = await asked('a', 'b');
    await journal.append({ kind: 'MARK', time, operationId: 'o', attemptId: 'a' });
    await marks.mark('o', 'b');
    expect(await marks.isUnmarked(attemptOf('a'))).toBe(false);
    expect(reads).toHaveBeenCalledTimes(1);
    expect((await marks.unmarkedOf([attemptOf('a'), attemptOf('b')])).size).toBe(0);
    expect(reads).toHaveBeenCalledTimes(1);
  });

  it('by one who has revoked meanwhile is read from the beginning again: it may have been marked before that', async () => {
    const { journal, reads, marks } = await asked('a');
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    reads.mockImplementationOnce(async function* () {
      yield* journal.kept.slice();
      await held;
    });
    const first = marks.isUnmarked(attemptOf('a'));
    await journal.append({ kind: 'MARK', time, operationId: 'o', attemptId: 'a' });
    const [second, third] = [marks.isUnmarked(attemptOf('a')), marks.isUnmarked(attemptOf('a'))];
    goOn();
    expect(await first).toBe(true);
    expect(await Promise.all([second, third])).toEqual([false, false]);
    expect(reads).toHaveBeenCalledTimes(2);
  });
});

it('compaction keeps the marks of what is unfinished', async () => {
  const folder = new JournalFolder();
  try {
    const journal = await folder.open();
    const record = operationIn('SUBMITTING');
    const time = new Date(folder.clock.now()).toISOString();
    await journal.append({ kind: 'RECORD', time, record });
    await new SendMarks(journal, folder.clock).mark(record.id, 'a');
    await journal.close();
    folder.clock.advance(3_600_000_000);
    await (await folder.open()).compact();
    expect((await all(await folder.open())).map(({ kind }) => kind)).toEqual(['RECORD', 'MARK']);
  } finally {
    await folder.remove();
  }
});
