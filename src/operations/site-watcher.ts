import { stepsOfCalls } from '../domain/call-steps.js';
import type { Change, Seen } from '../domain/operation-change.js';
import type { Observation } from '../domain/observation.js';
import type { Operation } from '../domain/operation.js';
import { problem, type Problem } from '../domain/problem.js';
import { judge, type Judgement } from '../domain/verdict.js';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import type { ProviderRegistry } from '../providers/registry.js';
import type { Doorbells } from './doorbells.js';
import type { OperationStore } from './operation-store.js';
import { ringParent } from './parent-bell.js';
import { nextActionsAfter } from './next-actions.js';
import { pollingDelay } from './polling-policy.js';
import { Reconciler } from './reconciler.js';
import type { Next, OperationSettings } from './settings.js';

const OBSERVED_STATES: ReadonlySet<Operation['state']> = new Set([
  'RUNNING',
  'WAITING_FOR_INPUT',
  'CANCELLING',
]);

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
  ) {
    this.reconciler = new Reconciler(store, clock, settings, log);
  }

  /** One look at the site. DONE = nothing unfinished is left to watch there. */
  async tick(siteId: string): Promise<Next> {
    const provider = this.providers.find(siteId);
    // What is made of others has nothing upstream of its own.
    const open = (await this.store.listOpen(siteId)).filter((operation) => !operation.composite);
    if (!provider || open.length === 0) return 'DONE';
    let retryAfterMs: number | null = null;
    try {
      await this.reconciler.reconcile(open, provider);
      await this.observe(open, provider);
      this.failures.delete(siteId);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      // A look that failed says nothing about the operations: they stay as they are.
      this.failures.set(siteId, (this.failures.get(siteId) ?? 0) + 1);
      retryAfterMs = error.retryAfterMs;
      this.log.warn(
        { siteId, kind: error.kind, upstream: error.upstream },
        `site not observed: ${error.message}`,
      );
    }
    return {
      againInMs: pollingDelay({
        settings: this.settings,
        open,
        now: this.clock.now(),
        failures: this.failures.get(siteId) ?? 0,
        retryAfterMs,
      }),
    };
  }

  private async observe(open: readonly Operation[], provider: Provider): Promise<void> {
    const { actions } = provider.descriptor.lifecycle;
    const watched = open.filter(
      ({ state, action, calls }) =>
        // A newer gateway may have written an action that this one does not know; it must not blind the others.
        actions[action] !== undefined &&
        (OBSERVED_STATES.has(state) ||
          (state === 'UNKNOWN' && !calls.some((call) => call.state === 'AMBIGUOUS'))),
    );
    if (watched.length === 0) return;
    const observations = await provider.observe(
      watched.map((operation) => ({
        operationId: operation.id,
        command: operation.command,
        baseline: operation.baseline,
        calls: operation.calls.map(({ call, ref, adopted }) => ({ call, ref, adopted })),
      })),
    );
    const seen = new Map(observations.map((observation) => [observation.operationId, observation]));
    for (const operation of watched) {
      const observation = seen.get(operation.id);
      if (!observation) continue;
      this.warnOfUnknownWord(provider, observation);
      const change = this.changeFor(operation, observation, provider);
      if (change) await ringParent(this.doorbells, await this.store.transition(operation.id, change));
    }
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
    const judgement = this.settled(operation, judge(operation, row, observation));
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

  /** A target that had time enough to show the end, and will not because part of it was refused, has ended half way. */
  private settled(operation: Operation, judgement: Judgement): Judgement {
    if (judgement.kind !== 'UNSETTLED' || judgement.halfDone === null) return judgement;
    if (!this.isSettled(operation)) return judgement;
    const state = operation.cancel?.state === 'ACCEPTED' ? 'CANCELLED' : 'FAILED';
    return { kind: 'VERDICT', state, outcome: 'PARTIAL', words: null, text: judgement.halfDone };
  }

  private isSettled({ jobsOverSince }: Operation): boolean {
    if (jobsOverSince === null) return false;
    return this.clock.now() - Date.parse(jobsOverSince) >= this.settings.settleMs;
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
      overdue: running > this.settings.overdueMs,
      stalled: !waiting && now - Date.parse(operation.progressTime) > this.settings.stalledMs,
    };
  }
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
