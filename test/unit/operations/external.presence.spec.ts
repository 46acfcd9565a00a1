import type { Operation } from '../../../src/domain/operation.js';
import { sdrsDescriptor } from '../../../src/providers/sdrs/sdrs.descriptor.js';
import { srmDescriptor } from '../../../src/providers/srm/srm.descriptor.js';
import { newcomer } from '../../conformance/operation-store/subject.js';
import { BEGINNING, call, command } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';
import { id, SITE, WordedSite } from '../support/worded-site.js';

const the = redisForThisFile();
const LONG_AGO = new Date(Date.parse(BEGINNING) - 86_400_000).toISOString();
const SUCCEEDED = { kind: 'VERDICT', state: 'SUCCEEDED', outcome: 'FULL', problem: null, text: '' } as const;

/** Groups of SDRS, each with a drill of the day before, that were looked at once. */
async function withDrills(count: number): Promise<WordedSite> {
  const site = new WordedSite(the.redis, sdrsDescriptor);
  for (let i = 0; i < count; i += 1) {
    site.group(`erp-${i}`, 'protected');
    site.drill(`drill-${i}`, `erp-${i}`, 'available', LONG_AGO);
  }
  await site.refresh();
  return site;
}

async function cleanedUpHere(site: WordedSite): Promise<Operation> {
  const ours = newcomer({
    action: 'CLEAN_UP_DRILL',
    state: 'RUNNING',
    calls: [call('ACCEPTED')],
    lockedGroupIds: [id('erp-0')],
    target: { type: 'RECOVERY_PLAN', id: id('erp-0'), name: 'erp-0' },
    command: command({ action: 'CLEAN_UP_DRILL', targetNativeId: 'erp-0', partNativeId: 'drill-0' }),
    createdTime: new Date(site.clock.now()).toISOString(),
  });
  await site.store.accept(ours, null);
  await site.store.transition(ours.id, SUCCEEDED);
  return ours;
}

describe('what a list does not show, or shows anew', () => {
  it('is not told while it can be seen singly, nor when it is in the list again', async () => {
    const site = await withDrills(30);
    for (let i = 0; i < 30; i += 1) site.leftOut.add(`drill-${i}`);
    await site.refresh();
    expect(await site.found()).toEqual([]);
    // The first one speaks for the others.
    expect(site.asked).toEqual(['drill drill-0']);
    site.leftOut.clear();
    await site.refresh();
    expect(await site.found()).toEqual([]);
    expect(site.asked).toHaveLength(1);
  });

  it.each([
    ['group', sdrsDescriptor],
    ['plan', srmDescriptor],
  ] as const)('is not told of a %s either', async (kind, descriptor) => {
    const site = new WordedSite(the.redis, descriptor);
    site[kind]('erp', kind === 'group' ? 'protected' : 'READY_STATE');
    await site.refresh();
    site.leftOut.add('erp');
    await site.refresh();
    expect(await site.found()).toEqual([]);
    expect(site.asked).toEqual([`${kind} erp`]);
  });

  it('is told when it is gone indeed, so many in a look that the site is not flooded', async () => {
    const site = await withDrills(30);
    for (let i = 0; i < 30; i += 1) site.remove(`drill-${i}`);
    await site.refresh();
    expect(site.asked).toHaveLength(12);
    expect(await site.found()).toHaveLength(12);
  });

  it('is not told to have changed where the inventory keeps it as it once was', async () => {
    const site = new WordedSite(the.redis, sdrsDescriptor);
    site.group('erp', 'protected');
    site.doubted.add('erp');
    await site.refresh();
    site.doubted.clear();
    site.group('erp', 'failed-over', 'RECOVERY');
    await site.refresh();
    expect(await site.found()).toEqual([]);
  });
});

describe('a drill that was cleaned up here is nobody else’s', () => {
  it('when what was asked of its plan next began nothing', async () => {
    const site = await withDrills(1);
    await cleanedUpHere(site);
    const refused = newcomer({ lockedGroupIds: [id('erp-0')], siteId: SITE });
    await site.store.accept(refused, null);
    const request = { requestedBy: 'ada', requestedTime: BEGINNING };
    await site.store.transition(refused.id, { kind: 'CANCEL_REQUESTED', request });
    site.remove('drill-0');
    await site.refresh();
    expect(await site.found()).toEqual([]);
  });

  it('however long the list goes on to show it', async () => {
    const site = await withDrills(1);
    await cleanedUpHere(site);
    for (let i = 0; i < 5; i += 1) await site.refresh();
    site.remove('drill-0');
    await site.refresh();
    expect(await site.found()).toEqual([]);
  });

  it('nor one that was begun here, however late the list shows it', async () => {
    const site = new WordedSite(the.redis, sdrsDescriptor);
    site.group('erp-0', 'protected');
    const ours = newcomer({
      action: 'START_DRILL',
      state: 'RUNNING',
      calls: [call('ACCEPTED')],
      lockedGroupIds: [id('erp-0')],
      target: { type: 'RECOVERY_PLAN', id: id('erp-0'), name: 'erp-0' },
    });
    await site.store.accept(ours, null);
    await site.store.transition(ours.id, { ...SUCCEEDED, createdId: id('drill-0') });
    for (let i = 0; i < 5; i += 1) await site.refresh();
    site.drill('drill-0', 'erp-0', 'available');
    await site.refresh();
    expect(await site.found()).toEqual([]);
  });

  it('while a second one of the same plan, that others removed, is told', async () => {
    const site = await withDrills(1);
    site.drill('theirs', 'erp-0', 'available', LONG_AGO);
    await cleanedUpHere(site);
    for (let i = 0; i < 3; i += 1) await site.refresh();
    site.remove('theirs');
    await site.refresh();
    expect(await site.found()).toMatchObject([{ action: 'CLEAN_UP_DRILL', state: 'SUCCEEDED' }]);
  });
});
