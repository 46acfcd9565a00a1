import type { ActionCommand } from '../../../src/domain/action-command.js';
import type { Finding } from '../../../src/domain/observation.js';
import type { Operation, Resolution } from '../../../src/domain/operation.js';
import { operationKeys, shardOf } from '../../../src/platform/redis/keys.js';
import { childrenOf, PROVISION, workToTheEnd, workUntil } from '../support/composite-work.js';
import { LongWork, SETTINGS } from '../support/long-work.js';
import { changed } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { refusalOf } from '../support/refusal.js';

const the = redisForThisFile();
type Verdict = Resolution['verdict'];
const VERDICTS: Verdict[] = ['SUCCEEDED', 'FAILED', 'NOT_EXECUTED'];
const NOT_SEEN: Finding = { verdict: 'NOT_SEEN', evidence: 'nothing is seen' };

/** An upstream in which no evidence is found as long as it is dark. */
class Dark {
  on = true;
  work = new LongWork(the.redis, (driver) =>
    changed(driver, {
      findStarted: (...args) => (this.on ? Promise.resolve(NOT_SEEN) : driver.findStarted(...args)),
    }),
  );
}

async function unknown(
  work: LongWork,
  trouble: 'REQUEST_LOST' | 'ANSWER_LOST' = 'REQUEST_LOST',
  wish: Partial<ActionCommand> = {},
): Promise<string> {
  work.world.troubles.push({ on: 'CHANGE', trouble });
  const id = await work.begun(wish);
  await work.tickAfter(SETTINGS.quarantineMs);
  expect((await work.now(id)).state).toBe('UNKNOWN');
  return id;
}

const settle = (work: LongWork, id: string, verdict: Verdict, by = 'ben'): Promise<Operation> =>
  work.resolutions.resolve(id, { verdict, reason: 'the console says so' }, by);
const problemOf = async (settling: Promise<unknown>) => (await refusalOf(settling)).problem;

describe('what was never carried out', () => {
  it('is closed by a person as FAILED, is told, and holds nothing any more', async () => {
    const work = new LongWork(the.redis);
    const id = await unknown(work);
    await expect(work.accept()).rejects.toThrow(id);
    const closed = await settle(work, id, 'NOT_EXECUTED');
    expect(closed).toMatchObject({
      state: 'FAILED',
      outcome: 'NONE',
      error: { code: 'not-executed', retryable: true },
      resolution: { verdict: 'NOT_EXECUTED', reason: 'the console says so', resolvedBy: 'ben' },
    });
    expect((await work.events(id)).at(-1)).toMatchObject({
      type: 'operation.failed',
      text: 'ben settled it as NOT_EXECUTED: the console says so',
    });
    expect(work.changesSent).toBe(1);
    const again = await work.begun();
    expect((await work.now(again)).state).toBe('RUNNING');
  });

  it('is settled as a person says where others have taken over its target', async () => {
    const work = new LongWork(the.redis);
    const id = await unknown(work);
    expect(await problemOf(settle(work, id, 'SUCCEEDED'))).toMatchObject({ code: 'upstream-contradicts' });
    const record = await work.now(id);
    const taken = { ...record, groupIdsOfOthers: record.lockedGroupIds };
    await the.redis.hset(operationKeys(shardOf(record.siteId)).operation(id), 'r', JSON.stringify(taken));
    expect(await settle(work, id, 'SUCCEEDED')).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('is settled once: the same again is the same, another verdict is refused', async () => {
    const work = new LongWork(the.redis);
    const id = await unknown(work);
    const closed = await settle(work, id, 'NOT_EXECUTED');
    expect(await settle(work, id, 'NOT_EXECUTED', 'cleo')).toEqual(closed);
    expect(await problemOf(settle(work, id, 'FAILED'))).toMatchObject({
      code: 'not-resolvable',
      detail: expect.stringContaining('ben') as string,
    });
  });

  it('is settled by one of two who disagree', async () => {
    const work = new LongWork(the.redis);
    const id = await unknown(work);
    const both = await Promise.allSettled([
      settle(work, id, 'NOT_EXECUTED'),
      settle(work, id, 'FAILED', 'cleo'),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('cannot be called a success', async () => {
    const work = new LongWork(the.redis);
    const id = await unknown(work);
    expect((await problemOf(settle(work, id, 'SUCCEEDED'))).code).toBe('upstream-contradicts');
    expect((await work.now(id)).state).toBe('UNKNOWN');
  });
});

describe('what was carried out unheard', () => {
  it.each(VERDICTS)('is not settled as %s while there is evidence of it, but adopted', async (verdict) => {
    const dark = new Dark();
    const id = await unknown(dark.work, 'ANSWER_LOST');
    dark.on = false;
    expect(await problemOf(settle(dark.work, id, verdict))).toMatchObject({
      code: 'upstream-contradicts',
      status: 409,
      detail: expect.stringContaining('has taken it') as string,
    });
    await dark.work.tickAfter(SETTINGS.unknownIntervalMs);
    expect((await dark.work.now(id)).calls[0]?.adopted).toBe(true);
  });

  it('is not settled well or as nothing while its target is at work', async () => {
    const { work } = new Dark();
    work.world.nextWork({ question: 'Is the old site dark?' });
    const id = await unknown(work, 'ANSWER_LOST');
    for (const verdict of ['SUCCEEDED', 'NOT_EXECUTED'] as const) {
      expect((await problemOf(settle(work, id, verdict))).detail).toContain('at work');
    }
    expect(await settle(work, id, 'FAILED')).toMatchObject({ state: 'FAILED', outcome: 'NONE' });
  });

  it('is not settled as nothing once its effect shows, but as done', async () => {
    const { work } = new Dark();
    const id = await unknown(work, 'ANSWER_LOST');
    expect((await problemOf(settle(work, id, 'NOT_EXECUTED'))).detail).toContain('its effect shows');
    expect(await settle(work, id, 'SUCCEEDED')).toMatchObject({
      state: 'SUCCEEDED',
      outcome: 'FULL',
      error: null,
      resolution: { verdict: 'SUCCEEDED' },
    });
    expect(work.executions).toBe(1);
  });

  it('failed half way, as a person says of a target that has moved', async () => {
    const { work } = new Dark();
    const id = await unknown(work, 'ANSWER_LOST');
    expect(await settle(work, id, 'FAILED')).toMatchObject({
      state: 'FAILED',
      outcome: 'PARTIAL',
      error: { code: 'outcome-partial' },
    });
  });

  it('stays adopted when that happens while a person settles it', async () => {
    const meanwhile = { work: null as LongWork | null, id: '' };
    const work = new LongWork(the.redis, (driver) =>
      changed(driver, {
        findStarted: () => Promise.resolve(NOT_SEEN),
        observe: async (watched, cx) => {
          const seen = await driver.observe(watched, cx);
          const adopted = {
            kind: 'ADOPTED',
            callIndex: 0,
            ref: { jobIds: ['work-1'] },
            evidence: 'It is there.',
          };
          await meanwhile.work?.store.transition(meanwhile.id, adopted as never);
          return seen;
        },
      }),
    );
    const id = await unknown(work);
    Object.assign(meanwhile, { work, id });
    expect((await problemOf(settle(work, id, 'NOT_EXECUTED'))).code).toBe('not-resolvable');
    expect(await work.now(id)).toMatchObject({ state: 'RUNNING', resolution: null });
  });
});

describe('nothing is settled', () => {
  it('at a site that cannot be looked at', async () => {
    const work = new LongWork(the.redis);
    const id = await unknown(work);
    work.world.troubles.push({ on: 'READ', trouble: 'UNREACHABLE', times: Infinity });
    expect(await problemOf(settle(work, id, 'FAILED'))).toMatchObject({
      code: 'upstream-unavailable',
      status: 503,
      retryable: true,
    });
    expect((await work.now(id)).state).toBe('UNKNOWN');
  });

  it('before the quarantine is over, and it is told when that is', async () => {
    const work = new LongWork(the.redis);
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REQUEST_LOST' });
    const id = await work.begun();
    const sent = (await work.now(id)).calls[0]?.attempt?.intentTime ?? '';
    const over = new Date(Date.parse(sent) + SETTINGS.quarantineMs).toISOString();
    expect(await problemOf(settle(work, id, 'FAILED'))).toMatchObject({
      code: 'not-resolvable',
      retryable: true,
      detail: expect.stringContaining(over) as string,
    });
  });

  it('that runs', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    expect(await problemOf(settle(work, id, 'FAILED'))).toMatchObject({
      code: 'not-resolvable',
      retryable: false,
    });
  });

  it('that is not there', async () => {
    const work = new LongWork(the.redis);
    expect((await problemOf(settle(work, `${work.site.siteId}.none`, 'FAILED'))).code).toBe('not-found');
  });
});

describe('a step that is UNKNOWN', () => {
  it('holds its parent until a person settles it; then the rest is done', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept(PROVISION);
    await workUntil(work, id, ({ steps }) => steps[0]?.state === 'SUCCEEDED');
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REQUEST_LOST' });
    const inDoubt = (steps: Operation['steps']) => steps.some(({ detail }) => detail?.includes('not known'));
    const parent = await workUntil(work, id, ({ steps }) => inDoubt(steps));
    const child = (await childrenOf(work, id)).find(({ state }) => state === 'UNKNOWN');
    expect((await problemOf(settle(work, id, 'FAILED'))).detail).toContain(child?.id);

    work.doorbells.rings.length = 0;
    await settle(work, child?.id ?? '', 'NOT_EXECUTED');
    expect(work.doorbells.rings).toContain(`submit ${parent.id}`);
    const ended = await workToTheEnd(work, id);
    expect(ended).toMatchObject({ state: 'FAILED', outcome: 'PARTIAL' });
    const states = ended.steps.map(({ state }) => state);
    expect(states).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  });
});
