import { sdrsDescriptor } from '../../../src/providers/sdrs/sdrs.descriptor.js';
import { srmDescriptor } from '../../../src/providers/srm/srm.descriptor.js';
import { newcomer } from '../../conformance/operation-store/subject.js';
import { call } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';
import { id, SITE, WordedSite } from '../support/worded-site.js';

const the = redisForThisFile();

describe('where a plan only mirrors its group', () => {
  it.each([
    ['protected', 'failing-over', 'FAILOVER', 'RECOVERY_PLAN', 'TO_RECOVERY'],
    ['protected', 'reversing', 'PLANNED_FAILOVER', 'RECOVERY_PLAN', 'TO_RECOVERY'],
    ['failed-over', 'reprotecting', 'REPROTECT', 'RECOVERY_PLAN', null],
    ['available', 'starting', 'ENABLE_PROTECTION', 'PROTECTION_GROUP', null],
    ['protected', 'stopping', 'DISABLE_PROTECTION', 'PROTECTION_GROUP', null],
    ['available', 'deleting', 'DELETE_PROTECTION_GROUP', 'PROTECTION_GROUP', null],
  ] as const)('%s → %s is one %s', async (rest, word, action, type, direction) => {
    const site = new WordedSite(the.redis, sdrsDescriptor);
    site.group('erp', rest);
    await site.refresh();
    site.group('erp', word);
    await site.refresh();
    await site.refresh();
    expect(await site.found()).toMatchObject([
      { action, state: 'RUNNING', target: { type, id: id('erp') }, lockedGroupIds: [id('erp')], direction },
    ]);
    expect(site.asked).toEqual(['group erp']);
  });

  it('a group that is being made is held by its own id', async () => {
    const site = new WordedSite(the.redis, sdrsDescriptor);
    await site.refresh();
    site.group('erp', 'creating');
    await site.refresh();
    expect(await site.found()).toMatchObject([
      {
        action: 'CREATE_PROTECTION_GROUP',
        command: { targetNativeId: 'erp' },
        target: { id: id('erp') },
        lockedGroupIds: [id('erp')],
      },
    ]);
  });

  it('a drill is named by its own id, and holds its group', async () => {
    const site = new WordedSite(the.redis, sdrsDescriptor);
    site.group('erp', 'protected');
    await site.refresh();
    site.drill('rehearsal', 'erp', 'creating');
    await site.refresh();
    expect(await site.found()).toMatchObject([
      {
        action: 'START_DRILL',
        state: 'RUNNING',
        command: { targetNativeId: 'erp', partNativeId: 'rehearsal' },
        target: { type: 'RECOVERY_PLAN', id: id('erp') },
        lockedGroupIds: [id('erp')],
      },
    ]);
  });

  it('a drill that is removed is looked at as it rested before', async () => {
    const site = new WordedSite(the.redis, sdrsDescriptor);
    site.group('erp', 'protected');
    site.drill('rehearsal', 'erp', 'available');
    await site.refresh();
    site.drill('rehearsal', 'erp', 'deleting');
    await site.refresh();
    expect(await site.found()).toMatchObject([{ action: 'CLEAN_UP_DRILL', before: { word: 'available' } }]);
  });

  it.each([
    ['protected', 'protected', 'RECOVERY', 'PLANNED_FAILOVER', 'SUCCEEDED'],
    ['protected', 'failed-over', 'RECOVERY', 'FAILOVER', 'SUCCEEDED'],
    ['failed-over', 'protected', 'PRODUCTION', 'REPROTECT', 'SUCCEEDED'],
    ['available', 'protected', 'PRODUCTION', 'ENABLE_PROTECTION', 'SUCCEEDED'],
    ['protected', 'available', 'PRODUCTION', 'DISABLE_PROTECTION', 'SUCCEEDED'],
    ['protected', 'error-failing-over', 'PRODUCTION', 'FAILOVER', 'FAILED'],
    ['protected', 'error-reversing', 'PRODUCTION', 'PLANNED_FAILOVER', 'FAILED'],
    ['creating', 'available', 'PRODUCTION', 'CREATE_PROTECTION_GROUP', 'SUCCEEDED'],
  ] as const)('from %s to %s at %s between two looks was %s: %s', async (was, is, at, action, state) => {
    const site = new WordedSite(the.redis, sdrsDescriptor);
    site.group('erp', was);
    // Nobody could see it begin.
    const holder = newcomer({ siteId: SITE, lockedGroupIds: [id('erp')] });
    await site.store.accept(holder, null);
    await site.refresh();
    const request = { requestedBy: 'ada', requestedTime: '2030-01-02T03:04:05.000Z' };
    await site.store.transition(holder.id, { kind: 'CANCEL_REQUESTED', request });
    site.group('erp', is, at);
    await site.refresh();
    await site.refresh();
    expect(await site.found()).toMatchObject([{ action, state, lockedGroupIds: [id('erp')] }]);
    expect(site.asked).toEqual([]);
  });

  it('one change after the other is told, look by look', async () => {
    const site = new WordedSite(the.redis, sdrsDescriptor);
    site.group('erp', 'protected');
    await site.refresh();
    site.group('erp', 'protected', 'RECOVERY');
    await site.refresh();
    site.group('erp', 'protected', 'PRODUCTION');
    await site.refresh();
    site.group('erp', 'failed-over', 'RECOVERY');
    await site.refresh();
    site.group('erp', 'protected', 'RECOVERY');
    await site.refresh();
    expect((await site.found()).map(({ action, direction }) => [action, direction])).toEqual([
      ['PLANNED_FAILOVER', 'TO_RECOVERY'],
      ['PLANNED_FAILOVER', 'TO_PRODUCTION'],
      ['FAILOVER', 'TO_RECOVERY'],
      ['REPROTECT', null],
    ]);
  });

  it('drills that came and went between two looks are told', async () => {
    const site = new WordedSite(the.redis, sdrsDescriptor);
    site.group('erp', 'protected');
    site.group('crm', 'protected');
    site.drill('old', 'crm', 'available');
    await site.refresh();
    site.remove('old');
    site.drill('new', 'erp', 'available');
    await site.refresh();
    const found = await site.found();
    expect(found).toHaveLength(2);
    expect(found).toContainEqual(
      expect.objectContaining({ action: 'START_DRILL', state: 'SUCCEEDED', result: { drillId: id('new') } }),
    );
    expect(found).toContainEqual(
      expect.objectContaining({
        action: 'CLEAN_UP_DRILL',
        state: 'SUCCEEDED',
        target: { type: 'RECOVERY_PLAN', id: id('crm'), name: 'old', within: null },
      }),
    );
  });
});

describe('where plans are things of their own', () => {
  it('the groups of a plan are asked for, and what mirrors its run is none', async () => {
    const site = new WordedSite(the.redis, srmDescriptor);
    site.groupsOf.set('erp-plan', ['erp', 'db']);
    for (const group of ['erp', 'db']) site.group(group, 'OK');
    site.plan('erp-plan', 'READY_STATE');
    site.plan('all-plan', 'READY_STATE');
    await site.refresh();
    for (const group of ['erp', 'db']) site.group(group, 'RECOVERING');
    site.plan('erp-plan', 'RECOVERY_IN_PROGRESS');
    site.plan('all-plan', 'PROTECTION_GROUPS_IN_USE');
    await site.refresh();
    await site.refresh();
    expect(await site.found()).toMatchObject([
      {
        action: 'FAILOVER',
        target: { type: 'RECOVERY_PLAN', id: id('erp-plan') },
        lockedGroupIds: [id('erp'), id('db'), id('erp-plan')],
      },
    ]);
    // Once to learn its groups, once more after it was read that nobody holds them.
    expect(site.asked).toEqual(['plan erp-plan', 'plan erp-plan']);
  });

  it('a plan that waits for a person is in the middle of what it was seen at', async () => {
    const site = new WordedSite(the.redis, srmDescriptor);
    site.plan('erp-plan', 'TEST_IN_PROGRESS');
    const holder = newcomer({ siteId: SITE, lockedGroupIds: [id('erp-plan')] });
    await site.store.accept(holder, null);
    await site.refresh();
    const request = { requestedBy: 'ada', requestedTime: '2030-01-02T03:04:05.000Z' };
    await site.store.transition(holder.id, { kind: 'CANCEL_REQUESTED', request });
    site.plan('erp-plan', 'WAITING_FOR_USER_INPUT');
    await site.refresh();
    expect(await site.found()).toMatchObject([{ action: 'START_DRILL', warnings: [] }]);
  });

  it('a plan that waits for a person, of which nothing else is known, may be in the middle of anything', async () => {
    const site = new WordedSite(the.redis, srmDescriptor);
    site.plan('erp-plan', 'WAITING_FOR_USER_INPUT');
    await site.refresh();
    const [operation] = await site.found();
    expect(operation?.action).toBe('FAILOVER');
    expect(operation?.warnings[0]).toContain(
      'PLANNED_FAILOVER or REPROTECT or START_DRILL or CLEAN_UP_DRILL',
    );
  });

  it.each([
    ['TEST_COMPLETE', 'CLEAN_UP_DRILL', []],
    ['RECOVERY_COMPLETE', 'REPROTECT', []],
    [
      'READY_STATE',
      'FAILOVER',
      ['It may be PLANNED_FAILOVER or START_DRILL instead: from outside they look alike.'],
    ],
  ] as const)('a plan that rested in %s and waits for a person is at %s', async (rest, action, warnings) => {
    const site = new WordedSite(the.redis, srmDescriptor);
    site.plan('erp-plan', rest);
    await site.refresh();
    site.plan('erp-plan', 'WAITING_FOR_USER_INPUT');
    await site.refresh();
    expect(await site.found()).toMatchObject([{ action, warnings }]);
  });

  it('what another plan shows of the groups that somebody moved is no run of its own', async () => {
    const site = new WordedSite(the.redis, srmDescriptor);
    site.groupsOf.set('erp-plan', ['erp']).set('all-plan', ['erp', 'db']);
    site.plan('all-plan', 'READY_STATE');
    site.plan('erp-plan', 'READY_STATE');
    await site.refresh();
    site.plan('all-plan', 'PARTIAL_RECOVERY');
    site.plan('erp-plan', 'RECOVERY_COMPLETE', 'RECOVERY');
    await site.refresh();
    await site.refresh();
    expect(await site.found()).toMatchObject([
      { action: 'FAILOVER', state: 'SUCCEEDED', target: { id: id('erp-plan') }, direction: 'TO_RECOVERY' },
    ]);
  });

  it('what another plan shows of the groups that one of ours moved is no run of its own', async () => {
    const site = new WordedSite(the.redis, srmDescriptor);
    site.groupsOf.set('erp-plan', ['erp']).set('all-plan', ['erp', 'db']);
    site.plan('all-plan', 'READY_STATE');
    site.plan('erp-plan', 'READY_STATE');
    await site.refresh();
    const ours = newcomer({
      siteId: SITE,
      state: 'RUNNING',
      calls: [call('ACCEPTED')],
      lockedGroupIds: [id('erp'), id('erp-plan')],
      target: { type: 'RECOVERY_PLAN', id: id('erp-plan'), name: 'erp-plan' },
    });
    await site.store.accept(ours, null);
    site.plan('all-plan', 'PARTIAL_RECOVERY');
    site.plan('erp-plan', 'RECOVERY_COMPLETE', 'RECOVERY');
    const verdict = {
      kind: 'VERDICT',
      state: 'SUCCEEDED',
      outcome: 'FULL',
      problem: null,
      text: '',
    } as const;
    site.clock.advance(1_000);
    await site.store.transition(ours.id, verdict);
    await site.refresh();
    expect(await site.found()).toEqual([]);
  });

  it('work on the machines of a group holds the group', async () => {
    const site = new WordedSite(the.redis, srmDescriptor);
    site.group('erp', 'NOT_CONFIGURED');
    await site.refresh();
    site.group('erp', 'CONFIGURING_PROTECTION');
    await site.refresh();
    expect(await site.found()).toMatchObject([
      { action: 'ENABLE_PROTECTION', target: { type: 'PROTECTION_GROUP', id: id('erp') } },
    ]);
  });

  it('work on the machines of a group may be the aftermath of a run of ours on its plan, for a while', async () => {
    const site = new WordedSite(the.redis, srmDescriptor);
    site.group('erp', 'REPROTECTING');
    const ours = newcomer({
      siteId: SITE,
      state: 'RUNNING',
      calls: [call('ACCEPTED')],
      lockedGroupIds: [id('erp'), id('erp-plan')],
      target: { type: 'RECOVERY_PLAN', id: id('erp-plan'), name: 'erp-plan' },
    });
    await site.store.accept(ours, null);
    await site.refresh();
    site.clock.advance(40_000);
    const verdict = {
      kind: 'VERDICT',
      state: 'SUCCEEDED',
      outcome: 'FULL',
      problem: null,
      text: '',
    } as const;
    await site.store.transition(ours.id, verdict);
    site.group('erp', 'CONFIGURING_PROTECTION');
    site.clock.advance(-1);
    await site.refresh();
    expect(await site.found()).toEqual([]);
    site.group('erp', 'OK');
    await site.refresh();
    expect(await site.found()).toEqual([]);
  });

  it('a hundred at once are found, look by look', async () => {
    const site = new WordedSite(the.redis, srmDescriptor);
    for (let i = 0; i < 60; i += 1) site.plan(`p${i}`, 'RECOVERY_IN_PROGRESS');
    await site.refresh();
    expect(await site.found()).toHaveLength(25);
    await site.refresh();
    await site.refresh();
    expect((await site.store.listOpen(SITE)).length).toBe(60);
  });

  it.each(['TEST_COMPLETE', 'RECOVERED', 'PARTIALLY_RECOVERED', 'NOT_CONFIGURED'])(
    'a group that is found in %s tells nothing by itself',
    async (word) => {
      const site = new WordedSite(the.redis, srmDescriptor);
      site.group('erp', 'OK');
      await site.refresh();
      site.group('erp', word);
      await site.refresh();
      expect(await site.found()).toEqual([]);
    },
  );
});
