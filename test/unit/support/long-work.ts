import type { Redis } from 'ioredis';
import type { ActionCommand } from '../../../src/domain/action-command.js';
import type { OperationEvent } from '../../../src/domain/operation-event.js';
import type { Operation } from '../../../src/domain/operation.js';
import { OperationRunner } from '../../../src/operations/operation-runner.js';
import type { OperationRequest } from '../../../src/operations/operation-request.js';
import { OperationsService } from '../../../src/operations/operations.service.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { Resolutions } from '../../../src/operations/resolutions.js';
import { operationSettings, type Next } from '../../../src/operations/settings.js';
import { SiteWatcher } from '../../../src/operations/site-watcher.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { operationKeys, shardOf } from '../../../src/platform/redis/keys.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { memorySite, type MemorySite } from './memory-site.js';
import { command } from './operation.js';
import { RecordingDoorbells } from './recording-doorbells.js';
import { TestClock } from './test-clock.js';

export const SETTINGS = operationSettings({
  pollIntervalMs: 5_000,
  submitTimeoutMs: 30_000,
  quarantineMs: 100_000,
});

/** Everything behind the API for one memory site: store, service, runner and watcher, moved by hand. */
export class LongWork {
  readonly clock = new TestClock();
  readonly site: MemorySite;
  readonly store: RedisOperationStore;
  readonly doorbells = new RecordingDoorbells();
  readonly service: OperationsService;
  readonly resolutions: Resolutions;
  readonly runner: OperationRunner;
  readonly watcher: SiteWatcher;
  private keys = 0;

  constructor(
    readonly redis: Redis,
    wrap?: (driver: ProviderDriver, clock: TestClock) => ProviderDriver,
  ) {
    this.site = memorySite(this.clock, wrap && ((driver) => wrap(driver, this.clock)));
    const registry = new ProviderRegistry([this.site.provider]);
    const log = silentLog();
    this.store = new RedisOperationStore(redis, this.clock);
    this.service = new OperationsService(this.store, registry, this.doorbells, this.clock);
    this.resolutions = new Resolutions(this.store, registry, this.doorbells, this.clock, SETTINGS);
    this.runner = new OperationRunner(this.store, registry, this.clock, SETTINGS, log, this.doorbells);
    this.watcher = new SiteWatcher(this.store, registry, this.clock, SETTINGS, log, this.doorbells);
  }

  get world(): MemorySite['world'] {
    return this.site.world;
  }

  request(changes: Partial<ActionCommand> = {}): OperationRequest {
    return {
      siteId: this.site.siteId,
      command: command(changes),
      targetName: null,
      requestedBy: 'ada',
      reason: 'a test',
      requestId: null,
    };
  }

  async accept(changes: Partial<ActionCommand> = {}): Promise<Operation> {
    this.keys += 1;
    const keyHash = `${this.site.siteId}-${this.keys}`;
    const claim = { keyHash, fingerprint: 'f' };
    return (await this.service.accept(this.request(changes), claim)).operation;
  }

  /** Accepted and submitted once. */
  async begun(changes: Partial<ActionCommand> = {}): Promise<string> {
    const { id } = await this.accept(changes);
    await this.runner.submit(id);
    return id;
  }

  /** Moves time, then looks at the site. */
  tickAfter(ms: number): Promise<Next> {
    this.clock.advance(ms);
    return this.watcher.tick(this.site.siteId);
  }

  now(id: string): Promise<Operation> {
    return this.service.get(id);
  }

  async events(id: string): Promise<OperationEvent[]> {
    const entries = await this.redis.xrange(
      operationKeys(shardOf(this.site.siteId)).operationEvents(id),
      '-',
      '+',
    );
    return entries.map(([, fields]) => JSON.parse(fields[1] ?? '') as OperationEvent);
  }

  /** What really began upstream, and what was sent at all. */
  get executions(): number {
    return this.world.executions.length;
  }

  get changesSent(): number {
    return this.world.journal.filter(({ kind }) => kind === 'CHANGE').length;
  }
}
