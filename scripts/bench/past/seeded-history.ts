import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Redis } from 'ioredis';
import { FinishedOperations } from '#gateway/history/archive/redis-finished-operations';
import { SegmentManifest } from '#gateway/history/archive/redis-segment-manifest';
import type { SegmentEntry } from '#gateway/history/archive/segment-entry';
import { summaryOf } from '#gateway/history/archive/segment-file';
import { writeSegment } from '#gateway/history/archive/segment-writing';
import type { Operation } from '#gateway/domain/operation';
import { RedisOperationStore } from '#gateway/operations/redis-operation-store';
import { operationKeys, shardOf } from '#gateway/platform/redis/keys';
import { endOf, finishedWork, type FinishedWork } from './finished-work.js';

const DAY_MS = 86_400_000;
const AT_ONCE = 256;
/** Operations: a file with fewer is merged with those beside it. */
const SMALL = 1_000;
/** What is kept of an earlier run is taken only if it was written in this way. */
const WRITTEN_AS = 2;

/** A history of the product's own making: one operation every so often, the last one right before `untilMs`. */
export interface HistoryPlan {
  operations: number;
  days: number;
  /** Those of the last so many days are in Redis, all others in segments of a day each. */
  daysInRedis: number;
  untilMs: number;
}

export class SeededHistory {
  /** Of the segments; kept between runs, for writing them takes minutes. */
  readonly folder: string;

  constructor(private readonly plan: HistoryPlan) {
    const { operations, days, daysInRedis } = plan;
    const directory = resolve(process.env.BENCH_DIR ?? join(tmpdir(), 'dr-gateway-bench'));
    this.folder = join(directory, `history-${WRITTEN_AS}-${operations}-${days}-${daysInRedis}`);
  }

  work(n: number): FinishedWork {
    return finishedWork(n, this.createdMs(n));
  }

  /** The place of the operation that comes after so many others, the newest first. */
  placeAt(depth: number): { createdMs: number; id: string } {
    const n = this.plan.operations - 1 - depth;
    return { createdMs: this.createdMs(n), id: this.work(n).accepted.id };
  }

  get inRedis(): number {
    return this.plan.operations - this.archived;
  }

  async seed(redis: Redis): Promise<void> {
    await this.writeSegments();
    await this.noteSegments(redis);
    for (let n = this.archived; n < this.plan.operations; n += AT_ONCE)
      await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, this.plan.operations - n) }, (_, i) =>
          keep(redis, this.work(n + i)),
        ),
      );
  }

  private get archived(): number {
    const { operations, days, daysInRedis } = this.plan;
    return Math.max(0, Math.round((operations * (days - daysInRedis)) / days));
  }

  private createdMs(n: number): number {
    const { operations, days, untilMs } = this.plan;
    return Math.floor(untilMs - ((operations - n) * days * DAY_MS) / operations);
  }

  private dayOf(n: number): number {
    return Math.floor(this.createdMs(n) / DAY_MS);
  }

  private async writeSegments(): Promise<void> {
    const done = join(this.folder, 'written');
    if (existsSync(done)) return;
    const folder = `${this.folder}.new`;
    rmSync(folder, { recursive: true, force: true });
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (let n = 0; n < this.archived;) {
      const day = this.dayOf(n);
      let next = n;
      // A day a file; small ones are merged while they are of the same month.
      while (
        next < this.archived &&
        (this.dayOf(next) === day || (next - n < SMALL && this.dayOf(next) < day + 31))
      )
        next += 1;
      await writeSegment(folder, this.entries(n, next));
      n = next;
    }
    writeFileSync(join(folder, 'written'), '');
    renameSync(folder, this.folder);
  }

  private async *entries(from: number, until: number): AsyncGenerator<SegmentEntry> {
    for (let n = from; n < until; n += 1) {
      const work = this.work(n);
      const { record, events } = endOf(work);
      yield {
        record,
        events: events.map((event, i) => [`${Date.parse(event.time)}-${i}`, event] as const),
        claim: work.claim,
      };
    }
  }

  private async noteSegments(redis: Redis): Promise<void> {
    const names = readdirSync(this.folder).filter((name) => name.startsWith('segment-'));
    if (names.length === 0) return;
    const manifest = new SegmentManifest(redis);
    await manifest.hold('bench', 600_000);
    const summaries = await Promise.all(names.map((name) => summaryOf(join(this.folder, name))));
    await manifest.noteAll(
      'bench',
      summaries.map((summary) => ({ ...summary, moved: true })),
    );
    await manifest.release('bench');
  }
}

/** As it is in Redis once it has ended. */
async function keep(redis: Redis, work: FinishedWork): Promise<void> {
  const { record } = endOf(work);
  const clock = { now: () => Date.parse(record.updatedTime), monotonic: () => 0 };
  const store = new RedisOperationStore(redis, clock);
  await store.accept(record, work.claim);
  await release(redis, record);
  await new FinishedOperations(redis).fold(record.id);
}

async function release(redis: Redis, { id, siteId, lockedGroupIds }: Operation): Promise<void> {
  const keys = operationKeys(shardOf(siteId));
  await redis.pipeline().zrem(keys.open, id).del(lockedGroupIds.map(keys.lock)).exec();
}
