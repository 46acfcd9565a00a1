import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { v7 as uuidv7 } from 'uuid';
import type { Operation } from '../../../../src/domain/operation.js';
import { ArchiveRound } from '../../../../src/history/archive/archive-round.js';
import { ArchivedOperations } from '../../../../src/history/archive/archived-operations.js';
import { FolderFiles } from '../../../../src/history/archive/folder-files.js';
import type { HistorySettings } from '../../../../src/history/archive/history-settings.js';
import { HistoryUpkeep } from '../../../../src/history/archive/history-upkeep.js';
import { FinishedOperations } from '../../../../src/history/archive/redis-finished-operations.js';
import { SegmentManifest } from '../../../../src/history/archive/redis-segment-manifest.js';
import { Retention } from '../../../../src/history/archive/retention.js';
import { SegmentShelf } from '../../../../src/history/archive/segment-shelf.js';
import { OpenGuard } from '../../../../src/operations/guard/open-guard.js';
import type {
  OperationCursor,
  OperationFilter,
  OperationPage,
  OperationStore,
} from '../../../../src/operations/operation-store.js';
import { RedisOperationStore } from '../../../../src/operations/redis-operation-store.js';
import type { ClockSkew } from '../../../../src/platform/clock-skew.js';
import { silentLog } from '../../../../src/platform/log/log.js';
import { DurableWrites } from '../../../../src/platform/redis/durable-writes.js';
import { HISTORY_KEYS, operationKeys, shardOf } from '../../../../src/platform/redis/keys.js';
import { operation } from '../../support/operation.js';
import { type TestClock } from '../../support/test-clock.js';

export const DAY_MS = 24 * 3_600_000;

/** A folder of its own, removed after the tests of the file. */
export function historyFolder(): () => string {
  const root = mkdtempSync(join(tmpdir(), 'dr-gateway-history-'));
  let made = 0;
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return () => join(root, String((made += 1)));
}

interface Surroundings {
  skew?: Pick<ClockSkew, 'skewMs' | 'fault'>;
  durable?: DurableWrites;
  files?: FolderFiles;
}

const RIGHT: Pick<ClockSkew, 'skewMs' | 'fault'> = { skewMs: () => 0, fault: () => null };

/** A process that reads the history, and may keep it up. */
export class HistoryProcess {
  readonly shelf: SegmentShelf;
  readonly manifest: SegmentManifest;
  readonly archived: ArchivedOperations;
  readonly store: OperationStore;
  readonly finished: FinishedOperations;
  readonly round: ArchiveRound;
  readonly upkeep: HistoryUpkeep;

  constructor(
    readonly redis: Redis,
    readonly folder: string | null,
    readonly clock: TestClock,
    settings: Partial<HistorySettings> = {},
    {
      skew = RIGHT,
      durable = new DurableWrites(redis, { replicas: 0 }),
      files = new FolderFiles(),
    }: Surroundings = {},
  ) {
    const all: HistorySettings = {
      folder,
      archiveAfterMs: 60 * DAY_MS,
      retentionMs: 400 * DAY_MS,
      maxOperations: 1_000_000,
      maxBytes: 1_000_000_000,
      ...settings,
    };
    const log = silentLog();
    this.manifest = new SegmentManifest(redis, durable);
    this.shelf = new SegmentShelf(folder, this.manifest, clock, files);
    this.archived = new ArchivedOperations(this.shelf, log);
    this.finished = new FinishedOperations(redis);
    const [none, archived] = [undefined, this.archived];
    this.store = new RedisOperationStore(redis, clock, none, none, none, none, archived);
    this.round = new ArchiveRound(this.finished, archived, this.shelf, this.manifest, all, clock, log);
    const retention = new Retention(this.finished, this.shelf, this.manifest, all, clock, log);
    this.upkeep = new HistoryUpkeep(this.manifest, this.round, retention, new OpenGuard(), skew, log);
  }

  get files(): string[] {
    return this.folder && existsSync(this.folder) ? readdirSync(this.folder).sort() : [];
  }

  async pages(
    filter: OperationFilter,
    pageSize: number,
    between?: () => Promise<unknown>,
  ): Promise<Operation[]> {
    const items: Operation[] = [];
    let next: OperationCursor | null = null;
    do {
      const page: OperationPage = await this.store.list(filter, next, pageSize);
      expect(page.unreadable).toBeUndefined();
      expect(page.items.length).toBeLessThanOrEqual(pageSize);
      items.push(...page.items);
      next = page.next;
      if (next) await between?.();
    } while (next);
    return items;
  }
}

/** An operation that was accepted with a key, and ended so many days ago an hour after it was created. */
export function ended(clock: TestClock, daysAgo: number, changes: Partial<Operation> = {}): Operation {
  const endedMs = clock.now() - daysAgo * DAY_MS;
  const createdMs = endedMs - 3_600_000;
  const { siteId = 'alpha' } = changes;
  const endedTime = new Date(endedMs).toISOString();
  return operation({
    id: `${siteId}.${uuidv7({ msecs: createdMs })}`,
    siteId,
    state: 'SUCCEEDED',
    outcome: 'FULL',
    lockedGroupIds: [],
    createdTime: new Date(createdMs).toISOString(),
    endedTime,
    updatedTime: endedTime,
    ...changes,
  });
}

export function claimOf({ id }: Operation): { keyHash: string; fingerprint: string } {
  return { keyHash: `key-${id}`, fingerprint: `fingerprint-${id}` };
}

/** As the store has it after a verdict. */
export async function keep(process: HistoryProcess, operations: readonly Operation[]): Promise<void> {
  for (const one of operations) {
    await process.store.accept(one, claimOf(one));
    if (one.endedTime !== null) await process.redis.zrem(operationKeys(shardOf(one.siteId)).open, one.id);
  }
}

/** What died holds its lease until that runs out. */
export async function leaseRunsOut(redis: Redis): Promise<void> {
  await redis.del(HISTORY_KEYS.lease);
}

/** The same server, as a process sees it that dies at its n-th command. */
export function dyingAfter(commands: number, redis: Redis): Redis {
  let left = commands;
  return new Proxy(redis, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name);
      if (typeof found !== 'function') return found;
      return (...given: unknown[]): unknown => {
        left -= 1;
        const died = (): Promise<never> => Promise.reject(new Error('this process has died'));
        if (left < 0) return name === 'pipeline' ? { exec: died } : died();
        return (found as (...all: unknown[]) => unknown).apply(target, given);
      };
    },
  });
}
