import type { Scope } from '../../domain/access/scope.js';
import type { OperationEvent } from '../../domain/operation-event.js';
import { judgeRecovery, type Objectives, type ObjectiveState } from '../../domain/objectives.js';
import type { Operation } from '../../domain/operation.js';
import type { DrillView } from '../../inventory/drills/drill-view.js';
import type { DrillsService } from '../../inventory/drills/drills.service.js';
import type { OperationCursor, OperationFilter } from '../../operations/operation-store.js';
import { isoTime, type Clock } from '../../platform/clock.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { CountedHistory } from '../statistics/statistics-counting.js';
import { breakdownOf, FAILOVER_ACTIONS, type Breakdown } from '../statistics/roll-up.js';

/** Every event of an operation, the first one first. */
export interface EventsOf {
  replay(operationId: string, after: string): Promise<{ event: OperationEvent }[]>;
}

/** Everything that is known of one operation, for whoever has to account for it. */
export interface OperationReport {
  generatedTime: string;
  operation: Operation;
  events: OperationEvent[];
  /** null = it has not ended. */
  breakdown: Breakdown | null;
  /** Of its plan, as they are set now. */
  objectives: Objectives;
  /** Whether it was within the recovery time that was promised; null = it is no recovery, or nothing was. */
  rto: ObjectiveState | null;
  /** Of a drill's start or clean-up: the drill, as long as it is kept; null = there is none, or none any more. */
  drill: DrillView | null;
  /** Of a drill's start: the clean-up that followed, and the other way round; null = none is known. */
  counterpart: Operation | null;
}

const FROM_THE_FIRST = '0';
const RECOVERIES = new Set<string>([...FAILOVER_ACTIONS, 'START_DRILL']);

export class OperationReports {
  constructor(
    private readonly history: CountedHistory,
    private readonly events: EventsOf,
    private readonly drills: DrillsService,
    private readonly providers: ProviderRegistry,
    private readonly clock: Clock,
  ) {}

  async timeline(operationId: string): Promise<OperationEvent[]> {
    const told = await this.events.replay(operationId, FROM_THE_FIRST);
    return told.map(({ event }) => event);
  }

  /** @param seen what else may be told of */
  async of(operation: Operation, seen: Scope): Promise<OperationReport> {
    const { siteId, action, endedTime } = operation;
    const planId = operation.target.within?.id ?? operation.target.id;
    const objectives = this.providers.objectivesOf(siteId, { id: planId ?? '', name: operation.target.name });
    const ended = { ...operation, totalMs: operation.timings.totalMs ?? 0 };
    const [events, drill, counterpart] = await Promise.all([
      this.timeline(operation.id),
      this.drillOf(operation),
      this.counterpartOf(operation, planId, seen),
    ]);
    return {
      generatedTime: isoTime(this.clock.now()),
      operation,
      events,
      breakdown: endedTime === null ? null : breakdownOf(operation, endedTime),
      objectives,
      rto: RECOVERIES.has(action) ? judgeRecovery(objectives.rtoSeconds, ended) : null,
      drill,
      counterpart,
    };
  }

  private async drillOf({ id, action, siteId }: Operation): Promise<DrillView | null> {
    if (action !== 'START_DRILL' && action !== 'CLEAN_UP_DRILL') return null;
    const sites = await this.drills.ofSites(siteId, false);
    const all = sites.flatMap(({ drills }) => drills);
    return all.find((drill) => drill.operationId === id || drill.cleanUpOperationId === id) ?? null;
  }

  /** The clean-up right after a start, unless another drill was started before it; and the start right before a clean-up. */
  private async counterpartOf(
    operation: Operation,
    planId: string | null,
    seen: Scope,
  ): Promise<Operation | null> {
    const { action, siteId } = operation;
    const isStart = action === 'START_DRILL';
    if ((!isStart && action !== 'CLEAN_UP_DRILL') || planId === null) return null;
    const createdMs = Date.parse(operation.createdTime);
    const filter = { seen, siteId, targetId: planId, newestFirst: !isStart };
    const after = { createdMs, id: operation.id };
    const other = isStart ? 'CLEAN_UP_DRILL' : 'START_DRILL';
    const [found, another] = await Promise.all([
      this.first({ ...filter, action: other }, after),
      this.first({ ...filter, action }, after),
    ]);
    if (!found) return null;
    const isAnothers = another && another.state !== 'REJECTED' && isBefore(another, found) === isStart;
    return isAnothers ? null : found;
  }

  private async first(filter: OperationFilter, after: OperationCursor): Promise<Operation | null> {
    return (await this.history.list(filter, after, 1)).items[0] ?? null;
  }
}

function isBefore(a: Operation, b: Operation): boolean {
  return Date.parse(a.createdTime) < Date.parse(b.createdTime);
}
