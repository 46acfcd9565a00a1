import { stepsOfCalls } from '../domain/call-steps.js';
import { judgeExternal } from '../domain/external-verdict.js';
import type { Change, Seen } from '../domain/operation-change.js';
import type { Observation } from '../domain/observation.js';
import { reduce } from '../domain/operation-machine.js';
import { isNewer } from '../domain/operation-schema.js';
import type { Operation } from '../domain/operation.js';
import { problem, type Problem } from '../domain/problem.js';
import type { SiteSurvey } from '../domain/site-survey.js';
import { judge, type Judgement } from '../domain/verdict.js';
import type { ClockSkew } from '../platform/clock-skew.js';
import { isoTime, type Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import type { NoticedLists } from '../providers/noticed-lists.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import type { ProviderRegistry } from '../providers/registry.js';
import type { Doorbells } from './doorbells.js';
import { recognition } from './external-recognition.js';
import { OpenGuard } from './guard/open-guard.js';
import { StoreGuardedError, type GuardPass, type StoreGuard } from './guard/store-guard.js';
import type { SendMarks } from './journal/send-marks.js';
import type { OperationStore } from './operation-store.js';
import { ringParent } from './parent-bell.js';
import { nextActionsAfter } from './next-actions.js';
import { pollingDelay } from './polling-policy.js';
import { Reconciler } from './reconciler.js';
import type { Next, OperationSettings } from './settings.js';
import { tellUnknown } from './tell-unknown.js';

const OBSERVED_STATES: ReadonlySet<Operation['state']> = new Set([
  'RUNNING',
  'WAITING_FOR_INPUT',
  'CANCELLING',
]);

/** Records that are written at a time: the store is shared, and a verdict must not wait for a thousand others. */
const WRITTEN_AT_ONCE = 32;

/**
 * Watches all unfinished operations of one site, however many, with a few list calls a tick. A tick writes
 * what it saw by compare-and-set and keeps nothing: any process may do the next one.
 */
export class SiteWatcher {
  private readonly reconciler: Reconciler;
  /** Ticks in a row that learnt nothing, per site: only for the back-off. */
  private readonly failures = new Map<string, number>();
  private readonly strangeWords = new Set<string>();

  constructor(
    private readonly store: OperationStore,
    private readonly providers: ProviderRegistry,
    private readonly clock: Clock,
    private readonly settings: OperationSettings,
    private readonly log: Log,
    private readonly doorbells: Doorbells,
    /** Takes the whole lists that were read on the way; absent = nobody wants them. */
    private readonly noticed?: Pick<NoticedLists, 'take'>,
    /** While the clock is wrong, nothing is looked at, so that nothing is concluded too early; absent = nobody measures it. */
    private readonly skew?: Pick<ClockSkew, 'fault'>,
    /** While it is closed, nothing is looked at: what the store says of an operation may be old. */
    private readonly guard: StoreGuard = new OpenGuard(),
    /** Told of each look that succeeded; absent = nobody notes them. */
    private readonly onLook?: (siteId: string) => void,
    marks?: SendMarks,
  ) {
    this.reconciler = new Reconciler(store, clock, settings, log, marks);
  }

  /** One look at the site. DONE = nothing unfinished is left to watch there. */
  async tick(siteId: string): Promise<Next> {
    if ((this.skew?.fault() ?? null) !== null) return { againInMs: this.settings.pollIntervalMs };
    try {
      // Taken before the records are read.
      return await this.look(siteId, this.guard.pass());
    } catch (error) {
      if (!(error instanceof StoreGuardedError)) throw error;
      return { againInMs: error.retryAfterMs };
    }
  }

  private async look(siteId: string, pass: GuardPass): Promise<Next> {
    const provider = this.providers.find(siteId);
    // What is made of others has nothing upstream of its own; a newer version's records are that version's to judge.
    const open = (await this.store.listOpen(siteId)).filter(
      (operation) => !operation.composite && !isNewer(operation),
    );
    if (!provider || open.length === 0) {
      if (provider) await this.reconciler.reconcile([], provider);
      this.failures.delete(siteId);
      return 'DONE';
    }
    let retryAfterMs: number | null = null;
    try {
      await this.reconciler.reconcile(open, provider, pass);
      await this.observe(open, provider, pass);
      this.failures.delete(siteId);
      this.onLook?.(siteId);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      // A look that failed says nothing about the operations: they stay as they are.
      retryAfterMs = error.retryAfterMs;
      // Who was told when to come back is not in trouble.
      const patience = error.kind === 'RATE_LIMITED' && retryAfterMs !== null;
      if (!patience) this.failures.set(siteId, (this.failures.get(siteId) ?? 0) + 1);
      this.log.warn(
        { siteId, kind: error.kind, upstream: error.upstream },
        `site not observed: ${error.message}`,
      );
    }
    const budget = await provider.budgetUse();
    return {
      againInMs: pollingDelay({
        settings: this.settings,
        open,
        now: this.clock.now(),
        failures: this.failures.get(siteId) ?? 0,
        retryAfterMs: budget ? Math.max(retryAfterMs ?? 0, budget.awayMs) : retryAfterMs,
        budgetUsed: budget && budget.spent.WATCH,
      }),
    };
  }

  private async observe(open: readonly Operation[], provider: Provider, pass: GuardPass): Promise<void> {
    const { actions } = provider.descriptor.lifecycle;
    const watched = open.filter(
      (operation) =>
        // A newer gateway may have written an action that this one does not know; it must not blind the others.
        actions[operation.action] !== undefined &&
        (OBSERVED_STATES.has(operation.state) || isWatchedThoughUnknown(operation)),
    );
    if (watched.length === 0) return;
    const takenMs = this.clock.now();
    const lists: Partial<SiteSurvey> = {};
    const observations = await provider.observe(
      watched.map((operation) => ({
        operationId: operation.id,
        command: operation.command,
        baseline: operation.baseline,
        calls: operation.calls.map(({ call, ref, adopted }) => ({ call, ref, adopted })),
      })),
      this.noticed && ((noticed) => Object.assign(lists, noticed)),
    );
    // Before the verdicts are written: what the inventory shows of an operation is never older than its end.
    if (Object.keys(lists).length > 0) await this.noticed?.take(provider, takenMs, lists);
    const seen = new Map(observations.map((observation) => [observation.operationId, observation]));
    const changes = watched.flatMap((operation) => {
      const observation = seen.get(operation.id);
      if (!observation) return [];
      this.warnOfUnknownWord(provider, observation);
      const change = this.changeFor(operation, observation, provider);
      return change && this.isNews(operation, change) ? [{ id: operation.id, change }] : [];
    });
    for (let i = 0; i < changes.length; i += WRITTEN_AT_ONCE) {
      const some = changes.slice(i, i + WRITTEN_AT_ONCE);
      pass.check();
      await Promise.all(
        some.map(async ({ id, change }) => {
          const written = await this.store.transition(id, change);
          if (written && change.kind === 'UNDECIDED') tellUnknown(this.log, written);
          await ringParent(this.doorbells, written);
        }),
      );
    }
  }

  /** Whether it would change the record as it was read: of a thousand operations, few have moved. */
  private isNews(operation: Operation, change: Change): boolean {
    return reduce(operation, change, isoTime(this.clock.now())) !== null;
  }

  /** A word that no table knows is neither success nor failure: it is watched on, and told once. */
  private warnOfUnknownWord(provider: Provider, { resource }: Observation): void {
    if (!resource?.exists || resource.state !== 'UNKNOWN') return;
    const name = `${provider.siteId} ${resource.word}`;
    if (this.strangeWords.has(name)) return;
    this.strangeWords.add(name);
    this.log.warn(
      { siteId: provider.siteId, word: resource.word },
      'the upstream uses a state that is not known here',
    );
  }

  private changeFor(operation: Operation, observation: Observation, provider: Provider): Change | null {
    const row = provider.descriptor.lifecycle.actions[operation.action];
    if (!row) return null;
    const known =
      operation.origin === 'EXTERNAL' && recognition(operation, provider.descriptor.lifecycle, observation);
    if (known) return known;
    const judged =
      operation.origin === 'EXTERNAL'
        ? judgeExternal(
            operation,
            provider.descriptor.lifecycle,
            observation,
            this.hangs(operation, observation),
          )
        : judge(operation, row, observation);
    const judgement = this.settled(operation, judged);
    const seen = this.seenOf(operation, observation, judgement);
    if (judgement.kind === 'VERDICT') {
      const failed = judgement.state === 'FAILED';
      return {
        kind: 'VERDICT',
        state: judgement.state,
        outcome: judgement.outcome,
        problem: failed ? failureOf(operation, provider, observation, judgement) : null,
        // What a creation that failed left behind is told too: somebody must remove it.
        createdId: observation.resource?.exists === false ? null : observation.createdId,
        text: judgement.text,
        seen,
      };
    }
    if (judgement.kind === 'UNSETTLED') {
      if (operation.state === 'UNKNOWN') return null;
      if (this.isSettled(operation)) return { kind: 'UNDECIDED', evidence: judgement.evidence };
    }
    return { kind: 'OBSERVED', seen };
  }

  /**
   * A target that had time enough to show the end, and will not because part of it was refused, has ended half way; so
   * has one that stays where nobody here knows that it was to go.
   */
  private settled(operation: Operation, judgement: Judgement): Judgement {
    if (judgement.kind !== 'UNSETTLED' || !this.isSettled(operation)) return judgement;
    if (judgement.then) return judgement.then;
    if (judgement.halfDone === null) return judgement;
    const state = operation.cancel?.state === 'ACCEPTED' ? 'CANCELLED' : 'FAILED';
    return { kind: 'VERDICT', state, outcome: 'PARTIAL', words: null, text: judgement.halfDone };
  }

  private isSettled({ jobsOverSince }: Operation): boolean {
    if (jobsOverSince === null) return false;
    return this.clock.now() - Date.parse(jobsOverSince) >= this.settings.settleMs;
  }

  /** Nothing of it has moved for long, nor does it now. */
  private hangs(operation: Operation, { progressPercent, prompts }: Observation): boolean {
    const moves = progressPercent !== null && progressPercent !== operation.progressPercent;
    return !moves && prompts.length === 0 && this.isStill(operation);
  }

  private isStill({ progressTime }: Operation): boolean {
    return this.clock.now() - Date.parse(progressTime) > this.settings.stalledMs;
  }

  private seenOf(operation: Operation, observation: Observation, judgement: Judgement): Seen {
    const now = this.clock.now();
    const running = operation.startedTime ? now - Date.parse(operation.startedTime) : 0;
    const waiting = observation.prompts.length > 0;
    return {
      progressPercent: observation.progressPercent,
      steps:
        observation.steps.length > 0
          ? observation.steps
          : stepsOfCalls(operation.calls, observation.jobs, hasSucceeded(judgement)),
      prompts: observation.prompts,
      warnings: observation.warnings,
      upstreamState: observation.resource?.word ?? null,
      jobs: observation.jobs.map(({ id, word }) => ({ id, state: word })),
      jobsOver: judgement.kind !== 'KEEP_WATCHING',
      ...upstreamEnd(observation),
      overdue: running > this.settings.overdueMs,
      stalled: !waiting && this.isStill(operation),
    };
  }
}

/** Once every job tells when it ended. */
function upstreamEnd({ jobs }: Observation): Pick<Seen, 'upstreamEndedTime'> {
  const ends = jobs.flatMap(({ endedTime }) => endedTime ?? []).sort();
  const last = ends.at(-1);
  return last !== undefined && ends.length === jobs.length ? { upstreamEndedTime: last } : {};
}

/**
 * What was ambiguous is the reconciler's. Of what was never taken, as far as anybody knows, the target tells nothing: it
 * may have been so before. Nor does it where others have taken over.
 */
function isWatchedThoughUnknown({ state, origin, calls, groupIdsOfOthers }: Operation): boolean {
  if (state !== 'UNKNOWN' || calls.some((call) => call.state === 'AMBIGUOUS')) return false;
  if (groupIdsOfOthers !== undefined) return false;
  return origin === 'EXTERNAL' || calls.some((call) => call.state === 'ACCEPTED');
}

function hasSucceeded(judgement: Judgement): boolean {
  return judgement.kind === 'VERDICT' && judgement.state === 'SUCCEEDED';
}

function failureOf(
  operation: Operation,
  provider: Provider,
  observation: Observation,
  judgement: { outcome: string; words: { code: string | null; message: string | null } | null; text: string },
): Problem {
  return problem(judgement.outcome === 'PARTIAL' ? 'outcome-partial' : 'upstream-failed', judgement.text, {
    upstream: {
      provider: provider.descriptor.provider,
      site: provider.siteId,
      status: null,
      code: judgement.words?.code ?? null,
      message: judgement.words?.message ?? null,
      requestId: null,
    },
    nextActions: nextActionsAfter(
      { ...operation.target, id: operation.target.id ?? observation.createdId },
      provider.descriptor.lifecycle,
      observation.resource,
    ),
  });
}
