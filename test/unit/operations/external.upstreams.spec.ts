import { publicId } from '../../../src/domain/ids.js';
import type { Drill, ProtectionGroup, RecoveryPlan } from '../../../src/domain/inventory.js';
import { meaningOf } from '../../../src/domain/lifecycle.js';
import type { DatedSurvey, SiteSurvey } from '../../../src/domain/site-survey.js';
import { ExternalOperations } from '../../../src/operations/external-operations.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import type { ProviderDescriptor, ProviderDriver } from '../../../src/providers/provider-driver.js';
import { Provider } from '../../../src/providers/provider.js';
import { sdrsDescriptor } from '../../../src/providers/sdrs/sdrs.descriptor.js';
import { srmDescriptor } from '../../../src/providers/srm/srm.descriptor.js';
import { newcomer } from '../../conformance/operation-store/subject.js';
import { call } from '../support/operation.js';
import { RecordingDoorbells } from '../support/recording-doorbells.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();
const SITE = 'alpha';
const id = (nativeId: string) => publicId(SITE, nativeId);

/** Groups, plans and drills of which a test says the words. */
class Upstream {
  readonly clock = new TestClock();
  readonly store = new RedisOperationStore(the.redis, this.clock);
  readonly asked: string[] = [];
  /** Native ids of the groups of a plan; its list does not tell them. */
  readonly groupsOf = new Map<string, string[]>();
  private survey: SiteSurvey = { groups: [], plans: [], drills: [], runs: [] };
  private before: DatedSurvey | null = null;
  private readonly provider: Provider;
  private readonly external: ExternalOperations;

  constructor(private readonly descriptor: ProviderDescriptor) {
    const driver: Partial<ProviderDriver> = {
      descriptor,
      survey: () => Promise.resolve(this.survey),
      getProtectionGroup: (nativeId) => this.one('group', this.survey.groups, nativeId),
      getRecoveryPlan: async (nativeId) => ({
        ...(await this.one('plan', this.survey.plans, nativeId)),
        protectionGroupIds: (this.groupsOf.get(nativeId) ?? [nativeId]).map(id),
      }),
      further: { drill: ({ drillId }) => this.one('drill', this.survey.drills, drillId) },
    };
    const options = { siteId: SITE, siteName: 'A site', readTimeoutMs: 15_000 };
    this.provider = new Provider(driver as ProviderDriver, options);
    this.external = new ExternalOperations(this.store, this.clock, new RecordingDoorbells(), silentLog());
  }

  group(nativeId: string, word: string, activeSite: ProtectionGroup['activeSite'] = 'PRODUCTION'): void {
    const state = meaningOf(this.descriptor.lifecycle, 'PROTECTION_GROUP', word).state;
    const group = { ...NOTHING, ...named(nativeId, word), state, activeSite } as unknown as ProtectionGroup;
    this.survey.groups = [...without(this.survey.groups, nativeId), group];
    if (!this.descriptor.capabilities.explicitPlans) this.plan(nativeId, word, activeSite);
  }

  plan(nativeId: string, word: string, activeSite: RecoveryPlan['activeSite'] = 'PRODUCTION'): void {
    const state = meaningOf(this.descriptor.lifecycle, 'RECOVERY_PLAN', word).state;
    const more = { state, activeSite, nextDirection: null, protectionGroupIds: null };
    const plan = { ...NOTHING, ...named(nativeId, word), ...more } as unknown as RecoveryPlan;
    this.survey.plans = [...without(this.survey.plans, nativeId), plan];
  }

  drill(nativeId: string, planId: string, word: string): void {
    const drill = { ...named(nativeId, word), recoveryPlanId: id(planId) } as unknown as Drill;
    this.survey.drills = [...without(this.survey.drills, nativeId), drill];
  }

  remove(nativeId: string): void {
    const { groups, plans, drills } = this.survey;
    this.survey.groups = without(groups, nativeId);
    this.survey.plans = without(plans, nativeId);
    this.survey.drills = without(drills, nativeId);
  }

  async refresh(): Promise<void> {
    this.clock.advance(60_000);
    const after = { takenMs: this.clock.now(), survey: { ...this.survey } };
    await this.external.consider(this.provider, { before: this.before, after });
    this.before = after;
  }

  async found() {
    return (await this.store.list({ origin: 'EXTERNAL', newestFirst: false }, null, 50)).items;
  }

  private one<T extends { upstream: { id: string } }>(
    kind: string,
    list: readonly T[],
    nativeId: string,
  ): Promise<T> {
    this.asked.push(`${kind} ${nativeId}`);
    const found = list.find(({ upstream }) => upstream.id === nativeId);
    return found ? Promise.resolve(found) : Promise.reject(new ProviderError('NOT_FOUND', 'not there'));
  }
}

const NOTHING = { description: null, production: null, recovery: null, conditions: [] };

function named(nativeId: string, word: string) {
  return { id: id(nativeId), siteId: SITE, name: nativeId, upstream: { id: nativeId, state: word } };
}

function without<T extends { upstream: { id: string } }>(list: readonly T[], nativeId: string): T[] {
  return list.filter(({ upstream }) => upstream.id !== nativeId);
}

describe('where a plan only mirrors its group', () => {
  it.each([
    ['protected', 'failing-over', 'FAILOVER', 'RECOVERY_PLAN', 'TO_RECOVERY'],
    ['protected', 'reversing', 'PLANNED_FAILOVER', 'RECOVERY_PLAN', 'TO_RECOVERY'],
    ['failed-over', 'reprotecting', 'REPROTECT', 'RECOVERY_PLAN', null],
    ['available', 'starting', 'ENABLE_PROTECTION', 'PROTECTION_GROUP', null],
    ['protected', 'stopping', 'DISABLE_PROTECTION', 'PROTECTION_GROUP', null],
    ['available', 'deleting', 'DELETE_PROTECTION_GROUP', 'PROTECTION_GROUP', null],
  ] as const)('%s → %s is one %s', async (rest, word, action, type, direction) => {
    const site = new Upstream(sdrsDescriptor);
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
    const site = new Upstream(sdrsDescriptor);
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
    const site = new Upstream(sdrsDescriptor);
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
    const site = new Upstream(sdrsDescriptor);
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
    const site = new Upstream(sdrsDescriptor);
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
    const site = new Upstream(sdrsDescriptor);
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
    const site = new Upstream(sdrsDescriptor);
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
    const site = new Upstream(srmDescriptor);
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
    const site = new Upstream(srmDescriptor);
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
    const site = new Upstream(srmDescriptor);
    site.plan('erp-plan', 'WAITING_FOR_USER_INPUT');
    await site.refresh();
    const [operation] = await site.found();
    expect(operation?.action).toBe('FAILOVER');
    expect(operation?.warnings[0]).toContain(
      'PLANNED_FAILOVER or REPROTECT or START_DRILL or CLEAN_UP_DRILL',
    );
  });

  it('what another plan shows of the groups that somebody moved is no run of its own', async () => {
    const site = new Upstream(srmDescriptor);
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
    const site = new Upstream(srmDescriptor);
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
    const site = new Upstream(srmDescriptor);
    site.group('erp', 'NOT_CONFIGURED');
    await site.refresh();
    site.group('erp', 'CONFIGURING_PROTECTION');
    await site.refresh();
    expect(await site.found()).toMatchObject([
      { action: 'ENABLE_PROTECTION', target: { type: 'PROTECTION_GROUP', id: id('erp') } },
    ]);
  });

  it('work on the machines of a group may be the aftermath of a run of ours on its plan, for a while', async () => {
    const site = new Upstream(srmDescriptor);
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
    const site = new Upstream(srmDescriptor);
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
      const site = new Upstream(srmDescriptor);
      site.group('erp', 'OK');
      await site.refresh();
      site.group('erp', word);
      await site.refresh();
      expect(await site.found()).toEqual([]);
    },
  );
});
