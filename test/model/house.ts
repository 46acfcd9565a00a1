import { DurableOperationStore } from '../../src/operations/durable-operation-store.js';
import { GuardKeeper } from '../../src/operations/guard/guard-keeper.js';
import { Rounds } from './rounds.js';
import { JournalComparison } from '../../src/operations/guard/journal-comparison.js';
import { OpenGuard } from '../../src/operations/guard/open-guard.js';
import type { Journal } from '../../src/operations/journal/journal.js';
import { SendMarks } from '../../src/operations/journal/send-marks.js';
import { NoJournal } from '../../src/operations/journal/no-journal.js';
import { OperationRunner } from '../../src/operations/operation-runner.js';
import { OperationsService } from '../../src/operations/operations.service.js';
import { Resolutions } from '../../src/operations/resolutions.js';
import type { Next, OperationSettings } from '../../src/operations/settings.js';
import { SiteWatcher } from '../../src/operations/site-watcher.js';
import { Sweeper } from '../../src/operations/sweeper.js';
import { NotDurableError } from '../../src/operations/not-durable.js';
import { StoreGuardedError } from '../../src/operations/guard/store-guard.js';
import { silentLog } from '../../src/platform/log/log.js';
import { isRedisTrouble } from '../../src/platform/redis/trouble.js';
import type { SiteMemory } from '../../src/providers/provider-driver.js';
import { ProviderError } from '../../src/providers/provider-error.js';
import { Provider } from '../../src/providers/provider.js';
import { ProviderRegistry } from '../../src/providers/registry.js';
import type { RequestBudgets } from '../../src/providers/request-budget.js';
import { sdrs } from '../../src/providers/sdrs/sdrs.factory.js';
import { srm } from '../../src/providers/srm/srm.factory.js';
import type { Judge } from './judge.js';
import type { RedisServer } from './redis-server.js';
import type { Rules } from './rules.js';
import { inContext, SimClock } from './runtime.js';
import { SimProcess, type Surroundings } from './sim-process.js';
import { SimDoorbells, type Answerer, type SimQueue } from './sim-queue.js';
import { SimBoard } from './sim-board.js';
import { SimJournal, type Folder } from './sim-journal.js';
import { SimRestorableStore } from './sim-restorable-store.js';
import { SimStore } from './sim-store.js';
import type { Wire } from './wire.js';

export const SITE = 'site';

export interface House {
  world: Surroundings;
  server: RedisServer;
  queue: SimQueue;
  wire: Wire;
  judge: Judge;
  settings: OperationSettings;
  rules: Rules;
}

const log = silentLog();
const SWEEP_MS = 30_000;
const LOOK_MS = 15_000;

/** Nothing is counted: the model is about another question. */
const noBudgets = {
  of: () => ({
    take: () => Promise.resolve(),
    takeAnyway: () => Promise.resolve(),
    heard: () => Promise.resolve(),
    restOfWindowMs: () => 1_000,
    together: <T>(_places: number, work: () => Promise<T>) => work(),
  }),
} as unknown as RequestBudgets;

/** What every process of the product has: its own connection, its own session with the site. */
function belongings(house: House, process: SimProcess, { memory, folder }: Machinery) {
  const { world, server, wire, settings, rules } = house;
  const clock = new SimClock(world.timeline);
  const line = server.lineOf(process);
  const journal = rules.journals === false ? new NoJournal() : new SimJournal(folder, process);
  const guard = rules.guards === false ? new OpenGuard() : guardOf(house, process, journal, clock);
  const bare = new SimStore(server.redis, line, clock, guard);
  const durable = new DurableOperationStore(bare, journal, guard, clock, () => undefined);
  const store = rules.store?.(durable) ?? durable;
  const doorbells = new SimDoorbells(house.queue, line);
  const context = {
    siteId: SITE,
    clock,
    log,
    submitTimeoutMs: settings.submitTimeoutMs,
    memory,
    budgets: noBudgets,
  };
  const endpoint = `http://${process.name.replaceAll(' ', '-')}.sim`;
  const driver =
    wire.provider === 'sdrs'
      ? sdrs.create(
          {
            endpoint,
            projectId: 'project',
            auth: { type: 'password', iamEndpoint: endpoint, domainName: 'd', userName: 'u', password: 'p' },
          },
          context,
        )
      : srm.create({ endpoint: `${endpoint}/api/rest/srm/v2`, auth: SRM_LOGIN }, context);
  const real = new Provider(driver, { siteId: SITE, siteName: SITE, readTimeoutMs: 10_000 });
  const providers = new ProviderRegistry([rules.provider?.(real) ?? real]);
  const marks = new SendMarks(journal, clock);
  return { clock, store, doorbells, providers, guard, marks: rules.marks?.(marks) ?? marks };
}

/** What a machine has, whichever processes run on it. */
export interface Machinery {
  memory: SiteMemory;
  folder: Folder;
}

function guardOf(house: House, process: SimProcess, journal: Journal, clock: SimClock): GuardKeeper {
  const { server, settings } = house;
  const line = server.lineOf(process);
  const store = new SimRestorableStore(server.redis, line, new SimStore(server.redis, line, clock), clock);
  const comparison = new JournalComparison(journal, store, clock);
  const board = new SimBoard(server, line, process);
  return inContext({ process, operationId: null }, () => {
    const keeper = new GuardKeeper(
      board,
      journal,
      comparison,
      clock,
      { patienceMs: settings.quarantineMs },
      log,
    );
    new Rounds(keeper, board, process, server).start();
    return keeper;
  });
}

const LOGIN = { type: 'session', userName: 'gateway', password: 'p' } as const;
const SRM_LOGIN = { ...LOGIN, remoteUserName: 'gateway', remotePassword: 'p' } as const;

/** A worker: answers rings, sweeps. */
export class Worker implements Answerer {
  readonly process: SimProcess;
  busy = 0;
  private seenMs: number | null = null;
  private readonly runner: OperationRunner;
  private readonly watcher: SiteWatcher;
  private readonly doorbells: SimDoorbells;

  constructor(
    private readonly house: House,
    name: string,
    machinery: Machinery,
  ) {
    this.process = new SimProcess(name, house.world);
    const { store, providers, clock, doorbells, guard, marks } = belongings(house, this.process, machinery);
    const { settings } = house;
    this.doorbells = doorbells;
    const none = undefined;
    this.runner = new OperationRunner(
      ...([store, providers, clock, settings, log, doorbells, guard] as const),
      ...([none, none, marks] as const),
    );
    this.watcher = new SiteWatcher(
      ...([store, providers, clock, settings, log, doorbells] as const),
      ...([none, none, none, none, marks] as const),
    );
    if (guard instanceof GuardKeeper) this.lookAtSite(guard, providers.find(SITE));
    if (house.rules.sweeps !== false) this.sweepOn(new Sweeper(store, doorbells, log));
    house.queue.join(this);
  }

  answer(key: string, token: number): void {
    const { timeline, trace } = this.house.world;
    this.busy += 1;
    timeline.after(0, () =>
      this.process.goOn(() => {
        trace.say(() => `${this.process.name} answers: ${key}`);
        void this.work(key, token);
      }),
    );
  }

  private async work(key: string, token: number): Promise<void> {
    const { queue, judge, server } = this.house;
    const [kind = '', id = ''] = key.split(' ');
    const operationId = kind === 'submit' ? id : null;
    await inContext({ process: this.process, operationId }, async () => {
      let next: Next | 'FAILED';
      try {
        next = kind === 'submit' ? await this.submission(id) : await this.watcher.tick(id);
      } catch (error) {
        if (!isExpected(error)) judge.broke(error, key);
        next = 'FAILED';
      }
      this.busy -= 1;
      // A queue that cannot be told takes the job for stalled.
      await server
        .lineOf(this.process)
        .ask('finish', () => queue.finish(key, token, next))
        .catch(() => queue.abandon(key, token));
      queue.hand();
    });
  }

  private async submission(id: string): Promise<Next> {
    const next = await this.runner.submit(id);
    if (next === 'DONE') await this.doorbells.ringWatch(SITE);
    return next;
  }

  /** In place of the inventory's refreshes: the guard wants a look at the site after the store has lost something. */
  private lookAtSite(guard: GuardKeeper, provider: Provider | null): void {
    const { timeline } = this.house.world;
    void inContext({ process: this.process, operationId: null }, async () => {
      for (;;) {
        await this.process.sleep(LOOK_MS);
        const board = this.house.server.redis.guard.get('board') as { lossMs: number | null } | undefined;
        if (board?.lossMs == null || (this.seenMs ?? 0) >= board.lossMs) continue;
        const takenMs = Math.floor(timeline.now);
        try {
          await provider?.survey();
          await guard.siteSeen(SITE, takenMs);
          this.seenMs = takenMs;
        } catch (error) {
          // The next look may go better.
          if (!(error instanceof ProviderError) && !isExpected(error)) this.house.judge.broke(error, 'look');
        }
      }
    });
  }

  private sweepOn(sweeper: Sweeper): void {
    const { judge, world } = this.house;
    void inContext({ process: this.process, operationId: null }, async () => {
      for (;;) {
        await this.process.sleep(SWEEP_MS + world.chance.between(0, 100));
        try {
          await sweeper.sweep();
        } catch (error) {
          if (!isExpected(error)) judge.broke(error, 'sweep');
        }
      }
    });
  }
}

/** An API process: what a request meets behind HTTP. */
export class Api {
  readonly process: SimProcess;
  readonly service: OperationsService;
  readonly resolutions: Resolutions;

  constructor(house: House, name: string, machinery: Machinery) {
    this.process = new SimProcess(name, house.world);
    const { store, providers, clock, doorbells } = belongings(house, this.process, machinery);
    this.service = new OperationsService(store, providers, doorbells, clock);
    this.resolutions = new Resolutions(store, providers, doorbells, clock, house.settings);
  }
}

export function isExpected(error: unknown): boolean {
  return isRedisTrouble(error) || error instanceof NotDurableError || error instanceof StoreGuardedError;
}
