import type { Redis } from 'ioredis';
import { Scope } from '../../../src/domain/access/scope.js';
import type { DrAction } from '../../../src/domain/dr-action.js';
import type { Operation } from '../../../src/domain/operation.js';
import type { DatedSurvey, SiteLook } from '../../../src/domain/site-survey.js';
import { ExternalOperations } from '../../../src/operations/external-operations.js';
import { silentLog } from '../../../src/platform/log/log.js';
import type { MemoryJob } from '../../../src/providers/memory/memory.job.js';
import { GATEWAY } from '../../../src/providers/memory/memory.world.js';
import type { CallContext, ProviderDriver } from '../../../src/providers/provider-driver.js';
import { LongWork } from './long-work.js';
import { changed } from './memory-site.js';

interface Hooks {
  tellsRuns: boolean;
  duringLook: (() => Promise<void>) | null;
  afterLook: (() => Promise<void>) | null;
}

/** A memory site whose survey tells of jobs only when the test wants it. */
function outside(driver: ProviderDriver, hooks: Hooks): ProviderDriver {
  const once = async (name: 'duringLook' | 'afterLook'): Promise<void> => {
    const hook = hooks[name];
    hooks[name] = null;
    await hook?.();
  };
  const between = async <T>(read: () => Promise<T>): Promise<T> => {
    await once('duringLook');
    const seen = await read();
    await once('afterLook');
    return seen;
  };
  return changed(driver, {
    getRecoveryPlan: (id: string, cx: CallContext) => between(() => driver.getRecoveryPlan(id, cx)),
    getProtectionGroup: (id: string, cx: CallContext) => between(() => driver.getProtectionGroup(id, cx)),
    survey: async (cx: CallContext) => {
      const survey = await driver.survey(cx);
      return hooks.tellsRuns ? survey : { ...survey, runs: [] };
    },
  });
}

/** Long work at a site where others work as well, and looks at it. */
export class OutsideWork extends LongWork {
  readonly external: ExternalOperations;
  private last: DatedSurvey | null = null;

  constructor(
    redis: Redis,
    private readonly hooks: Hooks = { tellsRuns: false, duringLook: null, afterLook: null },
  ) {
    super(redis, (driver) => outside(driver, hooks));
    this.external = this.anotherProcess();
  }

  anotherProcess(): ExternalOperations {
    return new ExternalOperations(this.store, this.clock, this.doorbells, silentLog());
  }

  /** Whether the survey lists jobs. */
  set tellsRuns(tells: boolean) {
    this.hooks.tellsRuns = tells;
  }

  /** Happens once, right before the next single group or plan is read. */
  beforeLiveLook(happens: () => Promise<void>): void {
    this.hooks.duringLook = happens;
  }

  /** Happens once, after it was read and before the reader hears of it. */
  afterLiveLook(happens: () => Promise<void>): void {
    this.hooks.afterLook = happens;
  }

  /** A look at the site, and the one before it. Nobody considers it yet. */
  async look(): Promise<SiteLook> {
    const takenMs = this.clock.now();
    const after = { takenMs, survey: await this.site.provider.survey() };
    const look = { before: this.last, after };
    this.last = after;
    return look;
  }

  /** What a refresh does. */
  async refresh(): Promise<void> {
    await this.external.consider(this.site.provider, await this.look());
  }

  async refreshAfter(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.refresh();
  }

  /** Somebody else does something at the site's own console. */
  elsewhere(action: DrAction, targetId: string): MemoryJob {
    this.world.settle();
    this.world.doer = 'olga@console';
    const job = this.world.begin(action, targetId);
    this.world.doer = GATEWAY;
    return job;
  }

  /** Oldest first. */
  async found(): Promise<Operation[]> {
    const { siteId } = this.site;
    return (
      await this.store.list({ siteId, origin: 'EXTERNAL', seen: Scope.ALL, newestFirst: false }, null, 50)
    ).items;
  }

  id(nativeId: string): string {
    return `${this.site.siteId}.${nativeId}`;
  }

  async holderOf(nativeId: string): Promise<string | null> {
    const id = this.id(nativeId);
    return (await this.store.holders(this.site.siteId, [id])).get(id) ?? null;
  }
}
