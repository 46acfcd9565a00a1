import { WRITTEN_SCHEMA } from '../../../src/domain/operation-schema.js';
import { ProblemError } from '../../../src/domain/problem.js';
import { presentOperation } from '../../../src/api/presenters/operation.presenter.js';
import { operationKeys, shardOf } from '../../../src/platform/redis/keys.js';
import { LongWork, SETTINGS } from '../support/long-work.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();

/** What a process of a newer version makes of the record: a shape of its own, at the next version. */
async function rewritten(work: LongWork, id: string, changes: object = {}): Promise<string> {
  const key = operationKeys(shardOf(work.site.siteId)).operation(id);
  const record = JSON.parse((await the.redis.hget(key, 'r')) ?? '') as { version: number };
  const newer = {
    ...record,
    version: record.version + 1,
    schema: WRITTEN_SCHEMA + 1,
    hue: 'blue',
    ...changes,
  };
  await the.redis.hset(key, { v: newer.version, w: `newer-${newer.version}`, r: JSON.stringify(newer) });
  return (await the.redis.hget(key, 'r')) ?? '';
}

async function recordOf(work: LongWork, id: string): Promise<string> {
  return (await the.redis.hget(operationKeys(shardOf(work.site.siteId)).operation(id), 'r')) ?? '';
}

function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'done',
    (error: unknown) => (error instanceof ProblemError ? error.problem.code : error),
  );
}

describe('a record that a newer version wrote', () => {
  it('is not sent, nor given up, however old it is', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    const written = await rewritten(work, id);
    work.clock.advance(SETTINGS.startDeadlineMs + 1);
    expect(await work.runner.submit(id)).toBe('NOTHING');
    expect(await recordOf(work, id)).toBe(written);
    expect(work.changesSent).toBe(0);
  });

  it('is not judged by what its site shows, while the others there are', async () => {
    const work = new LongWork(the.redis);
    const theirs = await work.begun();
    const ours = await work.begun({ targetNativeId: 'move-mail' });
    const written = await rewritten(work, theirs);
    await work.tickAfter(40_000);
    expect(await recordOf(work, theirs)).toBe(written);
    expect((await work.now(ours)).state).toBe('SUCCEEDED');
  });

  it('whose send was ambiguous is not decided after the quarantine', async () => {
    const work = new LongWork(the.redis);
    work.world.troubles.push({ on: 'CHANGE', trouble: 'REQUEST_LOST' });
    const id = await work.begun();
    const written = await rewritten(work, id);
    await work.tickAfter(SETTINGS.quarantineMs + 1);
    expect(await recordOf(work, id)).toBe(written);
  });

  it('is shown, and what is asked of it is refused for now', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    await rewritten(work, id, { state: 'PAUSED' });
    const shown = presentOperation(await work.now(id), { cancellable: true, answerable: true });
    expect(shown).toMatchObject({ id, state: 'PAUSED', done: false });
    expect(await codeOf(work.service.cancel(id, 'ben'))).toBe('newer-record');
    expect(await codeOf(work.service.answerPrompt(id, 'p', 'ben'))).toBe('newer-record');
    const wish = { verdict: 'FAILED', reason: 'I saw it' } as const;
    expect(await codeOf(work.resolutions.resolve(id, wish, 'ben'))).toBe('newer-record');
  });

  it('keeps its groups', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    await rewritten(work, id, { state: 'PAUSED' });
    expect(await codeOf(work.accept())).toBe('operation-in-progress');
  });
});

it('a record of the version before is sent and watched to its end', async () => {
  const work = new LongWork(the.redis);
  const { id } = await work.accept();
  const key = operationKeys(shardOf(work.site.siteId)).operation(id);
  const { expected, input, resolution, parentId, composite, ...rest } = await work.now(id);
  expect([input, resolution, parentId, composite]).toEqual([null, null, null, null]);
  expect(expected).not.toBeNull();
  await the.redis.hset(key, { r: JSON.stringify({ ...rest, schema: 1 }) });
  await work.runner.submit(id);
  expect(JSON.parse(await recordOf(work, id))).toMatchObject({
    schema: WRITTEN_SCHEMA,
    state: 'RUNNING',
    expected: null,
  });
  await work.tickAfter(40_000);
  expect((await work.now(id)).state).toBe('SUCCEEDED');
});
