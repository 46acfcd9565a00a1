import type { Redis } from 'ioredis';
import { eventOf } from '../../../src/domain/operation-event.js';
import { timingsOf } from '../../../src/domain/operation-timings.js';
import { isVerdict, type Operation } from '../../../src/domain/operation.js';
import type { CountedHistory } from '../../../src/history/statistics/statistics-counting.js';
import { cellsIn, type Cell } from '../../../src/history/statistics/cells.js';
import { fieldOf, subjectsOf, writeRollUp, type Subject } from '../../../src/history/statistics/cells.js';
import { merged, nothing, rollUpOf } from '../../../src/history/statistics/roll-up.js';
import { operationKeys, shardOf } from '../../../src/platform/redis/keys.js';
import { at, attempt, call, operation } from '../support/operation.js';

export const WHOLE = { from: null, until: null };

let made = 0;

/** An operation that took so many seconds from its request to its verdict. */
export function endedOperation(seconds: number, changes: Partial<Operation> = {}): Operation {
  made += 1;
  const ended = operation({
    id: `alpha.01900000-0000-7000-8000-${made.toString(16).padStart(12, '0')}`,
    state: 'SUCCEEDED',
    outcome: 'FULL',
    calls: [call('ACCEPTED', { attempt: attempt('attempt-1') })],
    createdTime: at(0),
    startedTime: at(Math.min(2, seconds)),
    endedTime: at(seconds),
    ...changes,
  });
  return { ...ended, timings: timingsOf(ended, at(seconds)) };
}

/** A history in memory whose ends are told in the streams of a real Redis. */
export class ToldHistory implements CountedHistory {
  readonly records = new Map<string, Operation>();

  constructor(private readonly redis: Redis) {}

  async end(...operations: Operation[]): Promise<void> {
    for (const one of operations) {
      this.records.set(one.id, one);
      const event = eventOf(one, 'operation.succeeded', 'It ended.', one.endedTime ?? one.createdTime);
      await this.redis.xadd(operationKeys(shardOf(one.siteId)).events, '*', 'e', JSON.stringify(event));
    }
  }

  find(id: string): Promise<Operation | null> {
    return Promise.resolve(this.records.get(id) ?? null);
  }

  list: CountedHistory['list'] = ({ siteId }, after, pageSize) => {
    const all = [...this.records.values()]
      .filter((one) => one.siteId === siteId)
      .map((one) => ({ one, place: { createdMs: Date.parse(one.createdTime), id: one.id } }))
      .sort((a, b) => a.place.createdMs - b.place.createdMs || (a.place.id < b.place.id ? -1 : 1));
    const from = after ? all.findIndex(({ place }) => place.id === after.id) + 1 : 0;
    const page = all.slice(from, from + pageSize);
    const next = from + pageSize < all.length ? (page.at(-1)?.place ?? null) : null;
    return Promise.resolve({ items: page.map(({ one }) => one), next });
  };

  /** What counting one by one comes to. */
  tableOf({ siteId, targetId }: Subject): Cell[] {
    const table = new Map<string, string>();
    const sums = new Map<string, ReturnType<typeof nothing>>();
    for (const one of this.records.values()) {
      const rollUp = isVerdict(one.state) ? rollUpOf(one) : null;
      const isMine = subjectsOf(one).some((s) => s.siteId === siteId && s.targetId === targetId);
      if (!rollUp || !isMine) continue;
      const field = fieldOf(one);
      sums.set(field, merged(sums.get(field) ?? nothing(), rollUp));
    }
    for (const [field, sum] of sums) table.set(field, writeRollUp(sum));
    return sorted(cellsIn(Object.fromEntries(table), WHOLE));
  }
}

export function sorted(cells: readonly Cell[]): Cell[] {
  return [...cells].sort((a, b) => (`${a.month} ${a.action}` < `${b.month} ${b.action}` ? -1 : 1));
}
