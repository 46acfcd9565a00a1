import { RecentAnswers } from '../../../src/inventory/recent-answers.js';
import { AnswerStore } from '../../../src/inventory/redis-answer-store.js';
import { ModelStore } from '../../../src/inventory/redis-model-store.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { memorySite } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';
import { surfaceOver, type Surface } from './surface.js';

const the = redisForThisFile();
const clock = new TestClock();
const { provider, siteId, world } = memorySite(clock);

let surface: Surface;
beforeAll(async () => {
  const answers = new RecentAnswers(
    new AnswerStore(the.redis),
    new ModelStore(the.redis),
    clock,
    silentLog(),
  );
  surface = await surfaceOver([provider], answers);
});
afterAll(() => surface.close());
beforeEach(() => {
  world.journal.length = 0;
  world.troubles.length = 0;
});

const fail = () => world.troubles.push({ on: 'READ', trouble: 'UNREACHABLE', times: 1 });
const get = async (path: string, headers: Record<string, string> = {}) => {
  const { status, headers: told, body } = await surface.ask('GET', path, { headers });
  return { status, age: told.age, state: told['source-state'], body };
};

it.each([
  ['one group', `/v1/protection-groups/${siteId}.books`],
  ['one plan', `/v1/recovery-plans/${siteId}.move-books`],
  ['the machines of a group', `/v1/protection-groups/${siteId}.books/protected-instances`],
  ['one machine', `/v1/protection-groups/${siteId}.books/protected-instances/${siteId}.books~ledger`],
  ['the disks of a group', `/v1/protection-groups/${siteId}.books/replication-pairs`],
  ['the plans of a group', `/v1/protection-groups/${siteId}.books/recovery-plans`],
  ['the groups of a plan', `/v1/recovery-plans/${siteId}.move-books/protection-groups`],
  ['what a new group may be made of', `/v1/sites/${siteId}/creation-options`],
])('%s: the answer tells its age, is shared for seconds, and outlives the site', async (_what, path) => {
  const first = await get(path);
  expect(first).toMatchObject({ status: 200, age: '0', state: 'FRESH' });
  const asked = world.journal.length;
  clock.advance(2_100);
  expect(await get(path)).toEqual({ ...first, age: '2' });
  expect(world.journal).toHaveLength(asked);
  clock.advance(60_000);
  fail();
  expect(await get(path)).toEqual({ ...first, age: '62', state: 'STALE' });
});

it('who insists gets what is read now, or the error', async () => {
  const path = `/v1/protection-groups/${siteId}.mail`;
  await get(path);
  clock.advance(1_000);
  const insisting = { 'cache-control': 'no-cache' };
  expect(await get(path, insisting)).toMatchObject({ status: 200, age: '0', state: 'FRESH' });
  fail();
  expect(await get(path, insisting)).toMatchObject({ status: 503, age: undefined, state: undefined });
});

it('what is gone is a 404, whatever was known', async () => {
  const path = `/v1/protection-groups/${siteId}.archive`;
  await get(path);
  world.groups.delete('archive');
  clock.advance(10_000);
  expect((await get(path)).status).toBe(404);
  fail();
  expect((await get(path)).status).toBe(503);
});

it('what may be done is judged by nothing that is kept', async () => {
  const path = `/v1/protection-groups/${siteId}.shop/actions`;
  await get(`/v1/protection-groups/${siteId}.shop`);
  const asked = world.journal.length;
  expect(await get(path)).toMatchObject({ status: 200, age: undefined });
  expect(world.journal.length).toBeGreaterThan(asked);
  fail();
  expect((await get(path)).status).toBe(503);
});
