import type { Finding } from '../../../src/domain/observation.js';
import { Reconciler } from '../../../src/operations/reconciler.js';
import { silentLog, type Log } from '../../../src/platform/log/log.js';
import type { SentCall } from '../../../src/providers/provider-driver.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { LongWork, SETTINGS } from '../support/long-work.js';
import { changed } from '../support/memory-site.js';
import { attempt, call, operation } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();

/** An operation that is being reconciled, in front of a driver whose findings a test writes down. */
async function ambiguous(findings: (Finding | Error)[]) {
  const asked: SentCall[] = [];
  const work = new LongWork(the.redis, (driver) =>
    changed(driver, {
      findStarted: (sent) => {
        asked.push(sent);
        const found = findings.shift() ?? { verdict: 'NOT_SEEN', evidence: 'nothing' };
        return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
      },
    }),
  );
  work.world.troubles.push({ on: 'CHANGE', trouble: 'REQUEST_LOST', times: Infinity });
  const id = await work.begun();
  const reconciler = new Reconciler(work.store, work.clock, SETTINGS, silentLog());
  const reconcile = async () =>
    reconciler.reconcile(await work.store.listOpen(work.site.siteId), work.site.provider);
  return { work, id, asked, reconcile };
}

it('asks with the call, its baseline and the time of its intent', async () => {
  const { id, asked, reconcile, work } = await ambiguous([]);
  work.clock.advance(5_000);
  await reconcile();
  expect(asked).toEqual([
    expect.objectContaining({
      operationId: id,
      baseline: { workBegun: 0, word: 'ready' },
      sentTime: '2030-01-02T03:04:05.000Z',
    }),
  ]);
});

it('adopts on evidence, at any time', async () => {
  const found: Finding = { verdict: 'STARTED', ref: { jobIds: ['work-9'] }, evidence: 'work-9 began since' };
  const { id, work, reconcile } = await ambiguous([found]);
  await reconcile();
  expect(await work.now(id)).toMatchObject({ state: 'RUNNING', calls: [{ adopted: true, ref: found.ref }] });
});

it('does not adopt what is the work of another operation already', async () => {
  const found: Finding = { verdict: 'STARTED', ref: { jobIds: ['work-9'] }, evidence: 'work-9 began since' };
  const { id, work, reconcile } = await ambiguous([found]);
  const { siteId } = work.site;
  const other = operation({
    id: `${siteId}.00000000-0000-7000-8000-000000000009`,
    siteId,
    lockedGroupIds: [],
  });
  const preparation = { before: null, baseline: null, calls: [call('PENDING')], warnings: [] };
  await work.store.accept(other, null);
  await work.store.transition(other.id, {
    kind: 'INTENT',
    callIndex: 0,
    attempt: attempt('a'),
    preparation,
  });
  await work.store.transition(other.id, { kind: 'ACCEPTED', attemptId: 'a', ref: { jobIds: ['work-9'] } });
  expect(await work.store.knownJobs(siteId, ['work-9'])).toEqual(new Set(['work-9']));
  await reconcile();
  expect((await work.now(id)).state).toBe('RECONCILING');
});

it.each(['NOT_SEEN', 'UNDECIDABLE'] as const)(
  'takes %s for nothing during the quarantine',
  async (verdict) => {
    const finding: Finding = { verdict, evidence: 'hard to say' };
    const { id, work, reconcile } = await ambiguous([finding, finding]);
    work.clock.advance(SETTINGS.quarantineMs - 1);
    await reconcile();
    expect((await work.now(id)).state).toBe('RECONCILING');
    work.clock.advance(1);
    await reconcile();
    expect(await work.now(id)).toMatchObject({ state: 'UNKNOWN', evidence: 'hard to say' });
  },
);

it('takes a site that cannot be read for no evidence, even after the quarantine', async () => {
  const { id, work, reconcile } = await ambiguous([
    new ProviderError('UNAVAILABLE', 'Dark.'),
    new Error('odd'),
  ]);
  work.clock.advance(10 * SETTINGS.quarantineMs);
  await reconcile();
  await reconcile();
  expect((await work.now(id)).state).toBe('RECONCILING');
  await reconcile();
  expect((await work.now(id)).state).toBe('UNKNOWN');
});

it('tells about an UNKNOWN operation once, however often it looks', async () => {
  const { id, work, reconcile } = await ambiguous([]);
  work.clock.advance(SETTINGS.quarantineMs);
  await reconcile();
  const { version } = await work.now(id);
  for (let i = 0; i < 3; i += 1) await reconcile();
  expect((await work.now(id)).version).toBe(version);
});

it('asks nothing about operations that are not in doubt', async () => {
  const { work, asked } = await ambiguous([]);
  const mail = await work.accept({ targetNativeId: 'move-mail' });
  await new Reconciler(work.store, work.clock, SETTINGS, silentLog()).reconcile([mail], work.site.provider);
  expect(asked).toEqual([]);
});

it('looks for none where others have taken over: what is found may be theirs', async () => {
  const { id, work, asked } = await ambiguous([]);
  const operation = await work.now(id);
  const reconciler = new Reconciler(work.store, work.clock, SETTINGS, silentLog());
  const taken = { ...operation, state: 'UNKNOWN' as const, groupIdsOfOthers: operation.lockedGroupIds };
  await reconciler.reconcile([taken], work.site.provider);
  expect(asked).toEqual([]);
  await reconciler.reconcile([{ ...operation, state: 'UNKNOWN' }], work.site.provider);
  expect(asked).toHaveLength(1);
});

it('looks for evidence about an old doubt every ten minutes, and adopts what it finds however late', async () => {
  const found: Finding = { verdict: 'STARTED', ref: { jobIds: ['work-9'] }, evidence: 'work-9 began since' };
  const nothing: Finding = { verdict: 'NOT_SEEN', evidence: 'nothing' };
  const { id, work, asked, reconcile } = await ambiguous([nothing, nothing, found]);
  work.clock.advance(SETTINGS.quarantineMs);
  await reconcile();
  expect((await work.now(id)).state).toBe('UNKNOWN');
  work.clock.advance(SETTINGS.unknownYoungMs);
  await reconcile();
  for (let minutes = 1; minutes < 10; minutes += 1) {
    work.clock.advance(60_000);
    await reconcile();
  }
  expect(asked).toHaveLength(2);
  work.clock.advance(60_000);
  await reconcile();
  expect((await work.now(id)).state).toBe('RUNNING');
});

it('tells by the log that a person must decide: once, as an error', async () => {
  const { id, work } = await ambiguous([]);
  const errors: unknown[][] = [];
  const log = { ...silentLog(), error: (...words: unknown[]) => void errors.push(words) } as Log;
  const telling = new Reconciler(work.store, work.clock, SETTINGS, log);
  for (let looks = 0; looks < 3; looks += 1) {
    work.clock.advance(SETTINGS.quarantineMs);
    await telling.reconcile(await work.store.listOpen(work.site.siteId), work.site.provider);
  }
  expect((await work.now(id)).state).toBe('UNKNOWN');
  expect(errors).toEqual([
    [
      expect.objectContaining({ operationId: id, siteId: work.site.siteId }),
      expect.stringContaining('person'),
    ],
  ]);
});
