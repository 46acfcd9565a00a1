import type { ActionCommand, UpstreamCall, UpstreamRef } from '../domain/action-command.js';
import { isEmergency } from '../domain/emergency.js';
import { parsePublicId } from '../domain/ids.js';
import type {
  Drill,
  ProtectedInstance,
  ProtectionGroup,
  RecoveryPlan,
  ReplicationPair,
} from '../domain/inventory.js';
import type { Finding, Observation } from '../domain/observation.js';
import type { PastRunsPage, PastRunsQuestion } from '../domain/past-run.js';
import type { Concern } from '../domain/site-finding.js';
import type { SiteSurvey } from '../domain/site-survey.js';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { isRedisTrouble } from '../platform/redis/trouble.js';
import { askingSite } from './asked-site.js';
import { fieldFaults, type FieldFault } from './command-check.js';
import type { AnswerOf, FurtherRead, WhereOf } from './further-reads.js';
import { isJudging, judging } from './judgement.js';
import { inLane, laneNow, type Lane } from './lanes.js';
import type {
  CallContext,
  CreationOptions,
  Preparation,
  ProviderDescriptor,
  ProviderDriver,
  RequestsTogether,
  SendGate,
  SentCall,
  SiteConnection,
  WatchedOperation,
} from './provider-driver.js';
import { ProviderError, type Delivery } from './provider-error.js';
import { QuestionsOut } from './questions-out.js';
import { ReadBreaker, type BreakerView } from './read-breaker.js';
import type { BudgetUse, SiteBudgets } from './request-budget.js';

/** Where nothing is decided by what is read: a site that says nothing is not asked in these for a while. */
const READ_ONLY: readonly Lane[] = ['OVERDUE', 'INTERACTIVE', 'REFRESH'];

export interface ProviderOptions {
  siteId: string;
  siteName: string;
  /** How long a call that only reads may take, all its requests together. */
  readTimeoutMs: number;
  /** For answers that cannot be understood; absent = they are not told. */
  log?: Log;
  /** Where the driver's requests are counted; absent = nowhere. */
  budgets?: SiteBudgets;
  /** By which it is seen that the site says nothing; absent = any number wait for it, and it is always asked. */
  clock?: Pick<Clock, 'monotonic'>;
}

/**
 * One configured site, as the rest of the house sees it: a driver with its ids turned into public ones,
 * its time bounded, its requests put into their lane, its capabilities checked beforehand and its surprises turned into
 * `ProviderError`.
 */
export class Provider {
  readonly siteId: string;
  readonly siteName: string;
  /** What people wait for, each kind by itself: who reads does not keep anybody from acting. */
  private readonly questions: ReadonlyMap<Lane, QuestionsOut>;
  private readonly breaker: ReadBreaker | null;

  constructor(
    private readonly driver: ProviderDriver,
    private readonly options: ProviderOptions,
  ) {
    this.siteId = options.siteId;
    this.siteName = options.siteName;
    const { clock, siteId, siteName, readTimeoutMs, log } = options;
    const bounded: readonly Lane[] = ['INTERACTIVE', 'ACTION', 'EMERGENCY'];
    this.questions = new Map(
      clock ? bounded.map((lane) => [lane, new QuestionsOut(siteName, clock)] as const) : [],
    );
    this.breaker = clock
      ? new ReadBreaker({ siteId, siteName, clock, readTimeoutMs, ...(log && { log }) })
      : null;
  }

  get descriptor(): ProviderDescriptor {
    return this.driver.descriptor;
  }

  check(): Promise<SiteConnection> {
    return this.reading((cx) => this.driver.check(cx), 'REFRESH');
  }

  listProtectionGroups(): Promise<ProtectionGroup[]> {
    return this.reading(async (cx) => unique(await this.driver.listProtectionGroups(cx)));
  }

  getProtectionGroup(id: string): Promise<ProtectionGroup> {
    return this.reading((cx) => this.driver.getProtectionGroup(this.nativeId(id), cx));
  }

  listProtectedInstances(groupId: string): Promise<ProtectedInstance[]> {
    return this.reading((cx) => this.driver.listProtectedInstances(this.nativeId(groupId), cx));
  }

  listReplicationPairs(groupId: string): Promise<ReplicationPair[]> {
    return this.reading((cx) => this.driver.listReplicationPairs(this.nativeId(groupId), cx));
  }

  listPlansOfGroup(groupId: string): Promise<RecoveryPlan[]> {
    return this.reading((cx) => this.driver.listPlansOfGroup(this.nativeId(groupId), cx));
  }

  listRecoveryPlans(): Promise<RecoveryPlan[]> {
    return this.reading(async (cx) => unique(await this.driver.listRecoveryPlans(cx)));
  }

  getRecoveryPlan(id: string): Promise<RecoveryPlan> {
    return this.reading((cx) => this.driver.getRecoveryPlan(this.nativeId(id), cx));
  }

  listGroupsOfPlan(planId: string): Promise<ProtectionGroup[]> {
    return this.reading((cx) => this.driver.listGroupsOfPlan(this.nativeId(planId), cx));
  }

  listDrills(planId: string): Promise<Drill[]> {
    return this.reading((cx) => this.driver.listDrills(this.nativeId(planId), cx));
  }

  survey(): Promise<SiteSurvey> {
    return this.reading((cx) => this.driver.survey(cx), 'REFRESH', 'survey');
  }

  inspect(told: readonly Concern[] = []): Promise<Concern[]> {
    return this.reading((cx) => this.driver.inspect(cx, told), 'REFRESH');
  }

  /** A page of the runs that the site's history tells of. Not offered = `UNSUPPORTED`. */
  pastRuns(question: PastRunsQuestion): Promise<PastRunsPage> {
    return this.reading((cx) => {
      const page = this.driver.pastRuns?.(question, cx);
      if (page) return page;
      throw new ProviderError('UNSUPPORTED', `${this.descriptor.title} tells nothing of its past.`);
    }, 'REFRESH');
  }

  creationOptions(): Promise<CreationOptions> {
    return this.reading((cx) => this.driver.creationOptions(cx));
  }

  /** A read that not every upstream offers; ids in `where` are native ones. Not offered = `UNSUPPORTED`. */
  further<R extends FurtherRead>(name: R, where: WhereOf<R>): Promise<AnswerOf<R>> {
    const read = this.driver.further[name] as
      ((where: WhereOf<R>, cx: CallContext) => Promise<AnswerOf<R>>) | undefined;
    if (!read || !this.descriptor.capabilities.reads.includes(name)) {
      throw new ProviderError('UNSUPPORTED', `${this.descriptor.title} does not offer this.`);
    }
    return this.reading((cx) => read(where, cx));
  }

  /** The upstream's id behind a public one. An id of another site names nothing here: `NOT_FOUND`. */
  nativeId(id: string): string {
    const parsed = parsePublicId(id);
    if (!parsed || parsed.siteId !== this.siteId)
      throw new ProviderError('NOT_FOUND', `There is no ${id} here.`);
    return parsed.nativeId;
  }

  /** Fields that this provider does not take or misses. Asks the upstream nothing. */
  fieldFaults(command: ActionCommand): FieldFault[] {
    return fieldFaults(this.descriptor, command);
  }

  prepare(command: ActionCommand, operationId: string): Promise<Preparation> {
    if (!this.descriptor.lifecycle.actions[command.action]) {
      throw new ProviderError('UNSUPPORTED', `${this.descriptor.title} has no ${command.action}.`);
    }
    const lane = isEmergency(command.action) ? 'EMERGENCY' : 'ACTION';
    return this.reading((cx) => this.driver.prepare(command, operationId, cx), lane, 'preparation');
  }

  /**
   * One state-changing request. Whatever a driver throws without saying what became of it is AMBIGUOUS, once the gate was
   * opened; before that, nothing was sent.
   */
  async start(call: UpstreamCall, gate: SendGate): Promise<UpstreamRef> {
    let delivery: Delivery = 'NOT_SENT';
    const watched: SendGate = {
      confirm: () => gate.confirm?.() ?? Promise.resolve(),
      open: () => {
        gate.open();
        delivery = 'AMBIGUOUS';
      },
    };
    try {
      const { signal } = new AbortController();
      return await this.asked('SEND', () => this.driver.start(call, watched, { signal }));
    } catch (error) {
      if (error instanceof ProviderError) throw error.delivery ? error : error.withDelivery(delivery);
      throw this.surprise(error).withDelivery(delivery);
    }
  }

  findStarted(sent: SentCall): Promise<Finding> {
    return this.reading((cx) => this.driver.findStarted(sent, cx), 'WATCH');
  }

  /** @param noticed told of the whole lists that were read for it */
  observe(
    watched: readonly WatchedOperation[],
    noticed?: (lists: Partial<SiteSurvey>) => void,
  ): Promise<Observation[]> {
    return this.reading(
      ({ signal }) => this.driver.observe(watched, noticed ? { signal, noticed } : { signal }),
      'WATCH',
      'round',
    );
  }

  /** null = this upstream cannot be asked to stop this action. */
  cancelCall(command: ActionCommand): UpstreamCall | null {
    const { cancel, cancellable } = this.descriptor.capabilities;
    if (!cancel || !cancellable.includes(command.action)) return null;
    return this.driver.cancelCall?.(command) ?? null;
  }

  /** null = this upstream asks nothing, or cannot be answered through the gateway. */
  answerCall(command: ActionCommand, promptId: string): UpstreamCall | null {
    if (!this.descriptor.capabilities.prompts) return null;
    return this.driver.answerCall?.(command, promptId) ?? null;
  }

  /**
   * Several looks at one target, only to tell what may be done: what they have in common is asked once. Nothing that is
   * prepared in the course of it may be sent.
   */
  judging<T>(work: () => Promise<T>): Promise<T> {
    return judging(work);
  }

  /** How much of what the upstream lets us ask is used; null = nothing is counted. */
  async budgetUse(): Promise<BudgetUse | null> {
    return (await this.options.budgets?.use()) ?? null;
  }

  /** How it stands with the reads of this process at this site. */
  get breakerView(): BreakerView {
    return this.breaker?.view ?? { state: 'CLOSED', probeInMs: null };
  }

  close(): Promise<void> {
    return this.driver.close();
  }

  private async reading<T>(
    read: (cx: CallContext) => Promise<T>,
    lane: Lane = 'INTERACTIVE',
    work?: keyof RequestsTogether,
  ): Promise<T> {
    const { budgets, readTimeoutMs } = this.options;
    const places = (work && this.descriptor.budget.together?.[work]) ?? 1;
    try {
      const signal = AbortSignal.timeout(readTimeoutMs);
      return await this.asked(lane, () => {
        const ask = (): Promise<T> =>
          budgets && places > 1 && !isJudging()
            ? budgets.together(places, () => read({ signal }), signal)
            : read({ signal });
        return this.guarded(laneNow(), () => this.questions.get(laneNow())?.ask(ask) ?? ask());
      });
    } catch (error) {
      throw error instanceof ProviderError || isRedisTrouble(error) ? error : this.surprise(error);
    }
  }

  private guarded<T>(lane: Lane, read: () => Promise<T>): Promise<T> {
    if (!this.breaker) return read();
    // What may be done now is read like any other read, but somebody decides by it.
    const isRead = READ_ONLY.includes(lane) && !isJudging();
    return isRead ? this.breaker.around(read) : this.breaker.beside(read);
  }

  private asked<T>(lane: Lane, work: () => T): T {
    const site = { siteId: this.siteId, provider: this.descriptor.provider };
    return askingSite(site, () => inLane(lane, work));
  }

  /** An answer that a mapper could not digest: the upstream's fault or ours, but nothing to crash on. */
  private surprise(error: unknown): ProviderError {
    const cause =
      error instanceof Error ? { message: error.message, stack: error.stack?.slice(0, 1000) } : {};
    this.options.log?.error({ siteId: this.siteId, cause }, 'an answer could not be understood');
    return new ProviderError('BAD_ANSWER', 'The upstream gave an answer that cannot be understood.', {
      retry: 'TEMPORARY',
      cause: error,
    });
  }
}

function unique<T extends { id: string }>(items: T[]): T[] {
  return [...new Map(items.map((item) => [item.id, item])).values()];
}
