import type { DrillRecord } from '../../domain/drill.js';
import type { Drill } from '../../domain/inventory.js';
import type { SiteLook } from '../../domain/site-survey.js';
import type { Clock } from '../../platform/clock.js';
import type { Provider } from '../../providers/provider.js';
import type { SiteWork } from '../site-work.js';
import { withEnd, withStart, type PlanWork } from './drill-origins.js';
import { newcomer, viewOf, type DrillView } from './drill-view.js';
import type { DrillStore } from './redis-drill-store.js';

/** What is left of a drill is told for so long, unless the plan has another drill sooner. */
export const ENDED_KEPT_MS = 30 * 86_400_000;
/** An operation that began a drill is looked for as long as this after the drill was first seen. */
const START_SOUGHT_MS = 600_000;

/** Keeps what the gateway knows of drills beyond what a site shows. Idempotent: the same look again changes nothing. */
export class SiteDrills {
  constructor(
    private readonly store: DrillStore,
    private readonly work: SiteWork,
    private readonly clock: Clock,
    private readonly dueAfterMs: number,
  ) {}

  /** After a look that was believed: keeps what it shows. */
  async update(provider: Provider, { after }: Pick<SiteLook, 'after'>): Promise<DrillView[]> {
    const { siteId } = provider;
    const known = await this.store.records(siteId);
    const next = await this.joined(provider, after.survey.drills, after.takenMs, known);
    const changed = [...next.values()].filter((record) => !isSame(record, known.get(record.drill.id)));
    const forgotten = [...known.keys()].filter((id) => !next.has(id));
    await this.store.keep(siteId, changed, forgotten);
    return this.views(siteId, [...next.values()]);
  }

  /** What is told of drills when these stand, without keeping anything; null = it is not known which do. */
  async shown(provider: Provider, standing: readonly Drill[] | null, takenMs: number): Promise<DrillView[]> {
    const known = await this.store.records(provider.siteId);
    const records = standing ? await this.joined(provider, standing, takenMs, known) : known;
    return this.views(provider.siteId, [...records.values()]);
  }

  /** What is told of these drills alone. */
  async shownOf(provider: Provider, standing: readonly Drill[], takenMs: number): Promise<DrillView[]> {
    const all = await this.store.records(provider.siteId);
    const plans = new Set(standing.map(({ recoveryPlanId }) => recoveryPlanId));
    const known = new Map([...all].filter(([, { drill }]) => plans.has(drill.recoveryPlanId)));
    const records = await Promise.all(
      standing.map((drill) => this.stands(provider.siteId, drill, known, takenMs)),
    );
    return this.views(provider.siteId, records);
  }

  /** Gives a drill that is told another due time, until it ends. */
  moveDue({ siteId }: Provider, drillId: string, dueTime: string, setBy: string): Promise<void> {
    return this.store.moveDue(siteId, drillId, { dueTime, setBy, setMs: this.clock.now() });
  }

  private async views(siteId: string, records: readonly DrillRecord[]): Promise<DrillView[]> {
    if (records.length === 0) return [];
    const dues = await this.store.dues(siteId);
    const now = this.clock.now();
    return records.map((record) => viewOf(record, dues.get(record.drill.id) ?? null, now));
  }

  private async joined(
    provider: Provider,
    standing: readonly Drill[],
    takenMs: number,
    known: ReadonlyMap<string, DrillRecord>,
  ): Promise<Map<string, DrillRecord>> {
    const next = new Map<string, DrillRecord>();
    for (const drill of standing) {
      next.set(drill.id, await this.stands(provider.siteId, drill, known, takenMs));
    }
    for (const [id, record] of known) {
      if (!next.has(id)) next.set(id, await this.isGone(provider, record, takenMs));
    }
    const begun = [...next.values()].filter(({ drill, seenMs }) => known.get(drill.id)?.seenMs !== seenMs);
    const plansAnew = new Set(begun.map(({ drill }) => drill.recoveryPlanId));
    for (const record of next.values()) {
      if (this.isForgotten(record, plansAnew)) next.delete(record.drill.id);
    }
    return next;
  }

  private async stands(
    siteId: string,
    drill: Drill,
    known: ReadonlyMap<string, DrillRecord>,
    takenMs: number,
  ): Promise<DrillRecord> {
    const before = known.get(drill.id);
    if (before && isSameDrill(before, drill)) {
      const record = { ...before, drill };
      const isOld = takenMs - before.seenMs > START_SOUGHT_MS;
      return before.operationId !== null || isOld ? record : this.started(siteId, record, known);
    }
    return this.started(siteId, newcomer(drill, takenMs, this.dueAfterMs), known);
  }

  private async started(
    siteId: string,
    record: DrillRecord,
    known: ReadonlyMap<string, DrillRecord>,
  ): Promise<DrillRecord> {
    const { drill } = record;
    const ends = [...known.values()]
      .filter((one) => one.drill.recoveryPlanId === drill.recoveryPlanId)
      .flatMap(({ endedTime }) => endedTime ?? []);
    const other = known.get(drill.id);
    const isAnother = other !== undefined && other.seenMs !== record.seenMs;
    const before = {
      sameId: isAnother ? (other.endedTime ?? other.startedTime) : null,
      samePlan: ends.sort().at(-1) ?? null,
    };
    return withStart(record, await this.workOf(siteId, drill.recoveryPlanId), before, this.dueAfterMs);
  }

  private async isGone(
    { siteId, descriptor }: Provider,
    record: DrillRecord,
    takenMs: number,
  ): Promise<DrillRecord> {
    if (record.endedTime !== null) return record;
    const work = await this.workOf(siteId, record.drill.recoveryPlanId);
    return withEnd(record, work, takenMs, descriptor.capabilities.drillLeftovers ?? []);
  }

  private async workOf(siteId: string, planId: string): Promise<PlanWork> {
    const [starts, cleanUps] = await Promise.all([
      this.work.latest(siteId, planId, 'START_DRILL'),
      this.work.latest(siteId, planId, 'CLEAN_UP_DRILL'),
    ]);
    return { starts, cleanUps };
  }

  /** It ended long ago, or its plan has another drill now. */
  private isForgotten({ drill, endedTime }: DrillRecord, plansAnew: ReadonlySet<string>): boolean {
    if (endedTime === null) return false;
    return this.clock.now() - Date.parse(endedTime) >= ENDED_KEPT_MS || plansAnew.has(drill.recoveryPlanId);
  }
}

/** Where drills of a plan share an id, one that begins anew is another one. */
function isSameDrill({ drill, endedTime }: DrillRecord, now: Drill): boolean {
  if (endedTime !== null) return false;
  const isAnew = now.state === 'STARTING' && drill.state !== 'STARTING' && drill.state !== 'UNKNOWN';
  const isNewer =
    drill.createdTime !== null && now.createdTime !== null && drill.createdTime !== now.createdTime;
  return !isAnew && !isNewer;
}

function isSame(record: DrillRecord, before: DrillRecord | undefined): boolean {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(record);
}
