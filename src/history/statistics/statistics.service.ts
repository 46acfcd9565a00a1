import type { Scope } from '../../domain/access/scope.js';
import { DR_ACTIONS, type DrAction } from '../../domain/dr-action.js';
import { shardOf } from '../../platform/redis/keys.js';
import { cellsIn, type Cell, type Subject } from './cells.js';
import type { MonthRange } from './months.js';
import type { StatisticsStore } from './redis-statistics-store.js';
import { later, mergedAll, type CountedOperation, type RollUp } from './roll-up.js';

/** What the operations of a subject come to, action by action, in the order of `DR_ACTIONS`. */
export interface SubjectStatistics extends Subject {
  /** As it was called last; null = the whole site, or only parts of it were changed. */
  targetName: string | null;
  actions: { action: DrAction; rollUp: RollUp }[];
}

export interface StatisticsQuery {
  range: MonthRange;
  /** Absent = all. */
  actions?: readonly DrAction[];
}

/** A place in the order of sites, and of the ids of their groups and plans. */
export interface TargetCursor {
  siteId: string;
  targetId: string;
}

export interface TargetPage {
  items: SubjectStatistics[];
  /** null = there is no more. A page may be short and still have a next one. */
  next: TargetCursor | null;
}

/** Reads what was counted: a few reads per subject, however long the history is. */
export class StatisticsService {
  constructor(private readonly store: StatisticsStore) {}

  /**
   * Everything that was counted of a subject and is seen; empty = nothing was. Of a site that is seen in part, what was
   * counted of the groups and plans that are: each operation counts with one of them.
   */
  async cells({ siteId, targetId }: Subject, query: StatisticsQuery, seen: Scope): Promise<Cell[]> {
    const head = await this.store.head(shardOf(siteId));
    if (!head) return [];
    const { generation } = head;
    const tables = await Promise.all(
      idsSeen({ siteId, targetId }, seen).map((id) => this.store.table(generation, { siteId, targetId: id })),
    );
    return tables.flatMap((fields) => cellsIn(fields, query.range, query.actions));
  }

  async of(subject: Subject, query: StatisticsQuery, seen: Scope): Promise<SubjectStatistics> {
    return statisticsOf(subject, await this.cells(subject, query, seen));
  }

  /** Of each of these groups and plans of a site, whether or not anything was counted of it. */
  async ofEach(
    siteId: string,
    targetIds: readonly string[],
    query: StatisticsQuery,
  ): Promise<SubjectStatistics[]> {
    const head = await this.store.head(shardOf(siteId));
    const one = async (targetId: string): Promise<SubjectStatistics> => {
      const fields = head ? await this.store.table(head.generation, { siteId, targetId }) : {};
      return statisticsOf({ siteId, targetId }, cellsIn(fields, query.range, query.actions));
    };
    return Promise.all(targetIds.map(one));
  }

  /** Of the groups and plans of these sites that are seen, in the order of sites as given, then of ids. */
  async targets(
    siteIds: readonly string[],
    query: StatisticsQuery,
    seen: Scope,
    after: TargetCursor | null,
    pageSize: number,
  ): Promise<TargetPage> {
    const items: SubjectStatistics[] = [];
    const begin = after ? siteIds.indexOf(after.siteId) : 0;
    let room = pageSize;
    for (const siteId of begin < 0 ? [] : siteIds.slice(begin)) {
      const head = await this.store.head(shardOf(siteId));
      if (!head) continue;
      const from = after?.siteId === siteId ? after.targetId : null;
      const ids = seen.coversSite(siteId)
        ? await this.store.targets(head.generation, siteId, from, room)
        : nextOf(seen.targetIdsOf(siteId), from, room);
      const subjects = ids.map((targetId) => ({ siteId, targetId }));
      const told = await Promise.all(subjects.map((subject) => this.of(subject, query, seen)));
      items.push(...told.filter(({ actions }) => actions.length > 0));
      room -= ids.length;
      const targetId = ids.at(-1);
      if (room === 0 && targetId !== undefined) return { items, next: { siteId, targetId } };
    }
    return { items, next: null };
  }

  /** Those of these sites whose history is being counted, or could not be read in full. */
  async uncounted(siteIds: readonly string[]): Promise<string[]> {
    const shards = [...new Set(siteIds.map(shardOf))];
    const heads = await Promise.all(shards.map((shard) => this.store.head(shard)));
    const whole = new Set(
      shards.filter((_shard, i) => heads[i]?.wanted === null && heads[i].retryMs === null),
    );
    return siteIds.filter((siteId) => !whole.has(shardOf(siteId)));
  }
}

/** Whose tables are read for a subject; null = that of the whole site. */
function idsSeen({ siteId, targetId }: Subject, seen: Scope): readonly (string | null)[] {
  if (targetId !== null) return seen.covers({ siteId, targetIds: [targetId] }) ? [targetId] : [];
  return seen.coversSite(siteId) ? [null] : seen.targetIdsOf(siteId);
}

function nextOf(sorted: readonly string[], after: string | null, count: number): readonly string[] {
  return sorted.filter((id) => after === null || id > after).slice(0, count);
}

export function statisticsOf(subject: Subject, cells: readonly Cell[]): SubjectStatistics {
  const actions = DR_ACTIONS.flatMap((action) => {
    const own = cells.filter((cell) => cell.action === action).map(({ rollUp }) => rollUp);
    return own.length === 0 ? [] : [{ action, rollUp: mergedAll(own) }];
  });
  let named: CountedOperation | null = null;
  for (const { rollUp } of actions) {
    if (rollUp.last?.targetName) named = later(named, rollUp.last);
  }
  return { ...subject, targetName: subject.targetId === null ? null : (named?.targetName ?? null), actions };
}
