import type { Redis } from 'ioredis';
import { Doorbells } from '#gateway/operations/doorbells';
import { OperationRunner } from '#gateway/operations/operation-runner';
import { OperationsService } from '#gateway/operations/operations.service';
import { RedisOperationStore } from '#gateway/operations/redis-operation-store';
import { operationSettings } from '#gateway/operations/settings';
import { SiteWatcher } from '#gateway/operations/site-watcher';
import { Clock } from '#gateway/platform/clock';
import { silentLog } from '#gateway/platform/log/log';
import { memory, memoryWorldOf } from '#gateway/providers/memory/memory.factory';
import { newGroup } from '#gateway/providers/memory/memory.seed';
import { SiteMemory, type ProviderDriver } from '#gateway/providers/provider-driver';
import { Provider } from '#gateway/providers/provider';
import { ProviderRegistry } from '#gateway/providers/registry';

const SETTINGS = operationSettings({ pollIntervalMs: 5_000, submitTimeoutMs: 30_000, quarantineMs: 100_000 });

/** Time that goes on only when it is told to. */
class VirtualClock extends Clock {
  constructor(private ms: number) {
    super();
  }

  now(): number {
    return this.ms;
  }

  monotonic(): number {
    return this.ms;
  }

  advance(ms: number): void {
    this.ms += ms;
  }
}

class NoMemory extends SiteMemory {
  rememberFirst(_siteId: string, entries: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    return Promise.resolve({ ...entries });
  }
}

/** Whoever moves the time knows what is to be done. */
class NoBells extends Doorbells {
  ringSubmission = (): Promise<void> => Promise.resolve();
  ringWatch = (): Promise<void> => Promise.resolve();
  ensureSubmission = (): Promise<void> => Promise.resolve();
  ensureWatch = (): Promise<void> => Promise.resolve();
}

/** What went on for all operations together. */
export interface Spent {
  looks: number;
  cpuMs: number;
  /** Commands that were sent to Redis. */
  commands: number;
  /** Of operations: each is an event, too. */
  writes: number;
}

/**
 * What a worker does for one site, by its own classes on a real Redis, with a site in memory and a clock that jumps from
 * one look to the next. Without the queue: that has one job for each submission and one for each look.
 */
export class VirtualSite {
  private readonly clock = new VirtualClock(Date.parse('2030-01-02T03:04:05.000Z'));
  private readonly store: RedisOperationStore;
  private readonly service: OperationsService;
  private readonly runner: OperationRunner;
  private readonly watcher: SiteWatcher;
  private commands = 0;

  /** @param tellsProgress whether the site tells at every look how far its work is */
  constructor(
    redis: Redis,
    private readonly siteId: string,
    workMs: number,
    tellsProgress: boolean,
  ) {
    const log = silentLog();
    const { clock } = this;
    const made = memory.create(
      { workMs },
      { siteId, clock, log, submitTimeoutMs: SETTINGS.submitTimeoutMs, memory: new NoMemory() },
    );
    const driver = tellsProgress ? made : withoutProgress(made);
    const provider = new Provider(driver, { siteId, siteName: 'A site', readTimeoutMs: 15_000 });
    const registry = new ProviderRegistry([provider]);
    const bells = new NoBells();
    this.store = new RedisOperationStore(this.counted(redis), clock);
    this.service = new OperationsService(this.store, registry, bells, clock);
    this.runner = new OperationRunner(this.store, registry, clock, SETTINGS, log, bells);
    this.watcher = new SiteWatcher(this.store, registry, clock, SETTINGS, log, bells);
  }

  /** So many operations at once, from their acceptance to their verdicts; what is counted begins after the acceptance. */
  async run(operations: number): Promise<Spent> {
    const ids: string[] = [];
    const world = memoryWorldOf(this.siteId);
    for (let i = 0; i < operations; i += 1) {
      const groupId = `group-${i}`;
      const planId = `plan-${i}`;
      world.groups.set(groupId, newGroup(groupId, { now: this.clock.now(), machines: [`machine-${i}`] }));
      world.plans.set(planId, { id: planId, name: `Plan ${i}`, word: 'ready', groupIds: [groupId] });
      ids.push(await this.accept(planId, i));
    }
    this.commands = 0;
    const before = process.cpuUsage();
    for (const id of ids) await this.runner.submit(id);
    let looks = 0;
    for (;;) {
      const next = await this.watcher.tick(this.siteId);
      looks += 1;
      if (next === 'DONE' || next === 'NOTHING') break;
      this.clock.advance(next.againInMs);
    }
    const { user, system } = process.cpuUsage(before);
    const { commands } = this;
    let writes = 0;
    for (const id of ids) {
      const { state, version } = await this.service.get(id);
      if (state !== 'SUCCEEDED') throw new Error(`${id} is ${state}`);
      writes += version - 1;
    }
    return { looks, cpuMs: (user + system) / 1_000, commands, writes };
  }

  private async accept(planId: string, i: number): Promise<string> {
    const { operation } = await this.service.accept(
      {
        siteId: this.siteId,
        command: {
          ...{ action: 'FAILOVER', targetNativeId: planId, direction: 'TO_RECOVERY', options: {} },
          ...{ group: null, changes: null, partNativeId: null, input: null },
        },
        ...{ targetName: null, requestedBy: 'bench', reason: null, requestId: null },
      },
      { keyHash: `${this.siteId}-${i}`, fingerprint: 'same' },
    );
    return operation.id;
  }

  private counted(redis: Redis): Redis {
    const send = redis.sendCommand.bind(redis);
    redis.sendCommand = (command, stream) => {
      this.commands += 1;
      return send(command, stream);
    };
    return redis;
  }
}

function withoutProgress(driver: ProviderDriver): ProviderDriver {
  const observe: ProviderDriver['observe'] = async (...asked) =>
    (await driver.observe(...asked)).map((one) => ({ ...one, progressPercent: null, steps: [] }));
  return new Proxy(driver, {
    get(target, name) {
      if (name === 'observe') return observe;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...given: unknown[]) => unknown).bind(target) : value;
    },
  });
}
