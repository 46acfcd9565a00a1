import { LongWork } from '../../support/long-work.js';
import { redisForThisFile } from '../../support/redis.js';

const the = redisForThisFile();
const EVIDENCE = 'Nobody knows whether it was sent.';

it('a doubted operation is not taken for done because its target is where it would end', async () => {
  const work = new LongWork(the.redis);
  await work.begun();
  await work.tickAfter(30_000);
  const { id } = await work.accept({ action: 'REPROTECT', direction: null });
  await work.store.transition(id, { kind: 'DOUBTED', evidence: EVIDENCE });
  const record = await work.now(id);
  const [place, key] = [JSON.stringify({ ...record, action: 'FAILOVER' }), await keyOf(id)];
  await the.redis.hset(key, 'r', place);
  for (let i = 0; i < 5; i += 1) await work.tickAfter(600_000);
  expect(await work.now(id)).toMatchObject({ state: 'UNKNOWN', version: record.version, evidence: EVIDENCE });
  expect(await work.runner.submit(id)).toBe('NOTHING');
});

it('a person settles it', async () => {
  const work = new LongWork(the.redis);
  const { id } = await work.accept();
  await work.store.transition(id, { kind: 'DOUBTED', evidence: EVIDENCE });
  const wish = { verdict: 'NOT_EXECUTED', reason: 'The console shows no run.' } as const;
  await work.resolutions.resolve(id, wish, 'ben');
  expect(await work.now(id)).toMatchObject({ state: 'FAILED', outcome: 'NONE' });
  expect(await work.store.listOpen(work.site.siteId)).toEqual([]);
});

async function keyOf(id: string): Promise<string> {
  const [key] = await the.redis.keys(`*:op:${id}`);
  return key ?? '';
}
