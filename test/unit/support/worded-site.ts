import type { Redis } from 'ioredis';
import { Scope } from '../../../src/domain/access/scope.js';
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
import { RecordingDoorbells } from './recording-doorbells.js';
import { TestClock } from './test-clock.js';

export const SITE = 'alpha';
export const id = (nativeId: string) => publicId(SITE, nativeId);

/** Groups, plans and drills of which a test says the words. */
export class WordedSite {
  readonly clock = new TestClock();
  readonly store: RedisOperationStore;
  readonly asked: string[] = [];
  /** Native ids of the groups of a plan; its list does not tell them. */
  readonly groupsOf = new Map<string, string[]>();
  /** Native ids that single reads tell of, and no list does. */
  readonly leftOut = new Set<string>();
  /** Native ids of groups that the inventory keeps as they were. */
  readonly doubted = new Set<string>();
  private survey: SiteSurvey = { groups: [], plans: [], drills: [], runs: [] };
  private before: DatedSurvey | null = null;
  private readonly provider: Provider;
  private readonly external: ExternalOperations;

  constructor(
    redis: Redis,
    private readonly descriptor: ProviderDescriptor,
  ) {
    this.store = new RedisOperationStore(redis, this.clock);
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

  drill(nativeId: string, planId: string, word: string, createdTime: string | null = null): void {
    const drill = { ...named(nativeId, word), recoveryPlanId: id(planId), createdTime } as unknown as Drill;
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
    const after = { takenMs: this.clock.now(), survey: this.listed() };
    await this.external.consider(this.provider, { before: this.before, after });
    this.before = after;
  }

  async found() {
    return (await this.store.list({ origin: 'EXTERNAL', seen: Scope.ALL, newestFirst: false }, null, 50))
      .items;
  }

  private listed(): SiteSurvey {
    const { groups, plans, drills, runs } = this.survey;
    const shown = <T extends { upstream: { id: string } }>(list: readonly T[]): T[] =>
      list.filter(({ upstream }) => !this.leftOut.has(upstream.id));
    const doubt = [{ type: 'DOUBTFUL_ANSWER', text: 'It cannot be true.' }];
    const kept = shown(groups).map((group) =>
      this.doubted.has(group.upstream.id) ? { ...group, conditions: doubt } : group,
    );
    return { groups: kept, plans: shown(plans), drills: shown(drills), runs };
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
