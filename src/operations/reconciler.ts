import type { UpstreamRef } from '../domain/action-command.js';
import type { Operation, SubmittedCall } from '../domain/operation.js';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import type { GuardPass } from './guard/store-guard.js';
import type { SendMarks } from './journal/send-marks.js';
import type { OperationStore } from './operation-store.js';
import { unknownIntervalMs } from './polling-policy.js';
import type { OperationSettings } from './settings.js';
import { SENDER_ENDED, takenBack } from './taken-back.js';
import { tellUnknown } from './tell-unknown.js';

/**
 * Learns by observation what became of ambiguous sends. It only reads. Evidence adopts the operation; the
 * absence of evidence proves nothing until the quarantine is over, and then a person is asked. Nothing here
 * leads back to a second send.
 */
export class Reconciler {
  /** By site: when each operation that is UNKNOWN was last looked at here. */
  private readonly looks = new Map<string, Map<string, number>>();

  constructor(
    private readonly store: OperationStore,
    private readonly clock: Clock,
    private readonly settings: OperationSettings,
    private readonly log: Log,
    /** Where a sender says when its request leaves; absent = only evidence tells. */
    private readonly marks?: SendMarks,
  ) {}

  /**
   * @param open everything unfinished of the site: what is no more among it is forgotten here
   * @param pass taken before `open` was read, shown again before anything is written
   */
  async reconcile(
    open: readonly Operation[],
    provider: Provider,
    pass: Pick<GuardPass, 'check'> = { check: () => undefined },
  ): Promise<void> {
    this.forgetOthers(provider.siteId, open);
    const unmarked = await this.unmarkedOf(open);
    for (const operation of open) {
      if (!this.isDue(operation)) continue;
      try {
        await this.one(operation, provider, pass, unmarked);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        // The others would meet the same, and be one request more each.
        if (error.kind === 'RATE_LIMITED') throw error;
        // A site that cannot be read gives no evidence, neither for nor against.
        this.log.warn({ operationId: operation.id, kind: error.kind }, `no evidence yet: ${error.message}`);
      }
    }
  }

  /**
   * An UNKNOWN operation waits for a person: evidence is looked for, but it must not eat the site's budget. Where others
   * have taken over, what is found may be theirs.
   */
  private isDue(operation: Operation): boolean {
    const { id, siteId, state, groupIdsOfOthers } = operation;
    if (state === 'RECONCILING') return true;
    if (state !== 'UNKNOWN' || groupIdsOfOthers !== undefined) return false;
    const looks = this.looks.get(siteId) ?? new Map<string, number>();
    this.looks.set(siteId, looks);
    const now = this.clock.monotonic();
    if (now - (looks.get(id) ?? -Infinity) < this.intervalOf(operation)) return false;
    looks.set(id, now);
    return true;
  }

  private intervalOf(operation: Operation): number {
    return unknownIntervalMs(operation, this.settings, this.clock.now());
  }

  private forgetOthers(siteId: string, open: readonly Operation[]): void {
    const looks = this.looks.get(siteId);
    if (!looks) return;
    const unknown = new Set(open.flatMap(({ id, state }) => (state === 'UNKNOWN' ? [id] : [])));
    for (const id of looks.keys()) if (!unknown.has(id)) looks.delete(id);
    if (looks.size === 0) this.looks.delete(siteId);
  }

  /** Of those in doubt: attempts that never left, by one reading for all. Each of them was revoked before. */
  private async unmarkedOf(open: readonly Operation[]): Promise<ReadonlySet<string>> {
    const doubtful = open.filter(({ state }) => state === 'RECONCILING');
    const attempts = doubtful.flatMap((operation) => inDoubt(operation)?.attempt ?? []);
    return (await this.marks?.unmarkedOf(attempts)) ?? new Set();
  }

  private async one(
    operation: Operation,
    provider: Provider,
    pass: Pick<GuardPass, 'check'>,
    unmarked: ReadonlySet<string>,
  ): Promise<void> {
    const sent = inDoubt(operation);
    if (!sent) return;
    const callIndex = operation.calls.indexOf(sent);
    if (operation.state === 'RECONCILING' && sent.attempt && unmarked.has(sent.attempt.id)) {
      pass.check();
      await this.takeBack(operation, sent.attempt.id);
      return;
    }
    const intentTime = sent.attempt?.intentTime ?? operation.updatedTime;
    const finding = await provider.findStarted({
      operationId: operation.id,
      command: operation.command,
      call: sent.call,
      baseline: operation.baseline,
      sentTime: intentTime,
    });
    this.log.info({ operationId: operation.id, verdict: finding.verdict }, finding.evidence);
    pass.check();
    if (finding.verdict === 'STARTED' && !(await this.isOfAnother(operation, finding.ref))) {
      const { ref, evidence } = finding;
      await this.store.transition(operation.id, {
        kind: 'ADOPTED',
        callIndex,
        ...ofAttempt(sent),
        ref,
        evidence,
      });
      return;
    }
    const quarantineOver = this.clock.now() - Date.parse(intentTime) >= this.settings.quarantineMs;
    if (quarantineOver) {
      const { evidence } = finding;
      const unknown = await this.store.transition(operation.id, {
        kind: 'UNDECIDED',
        evidence,
        ...ofAttempt(sent),
      });
      if (unknown && operation.state !== 'UNKNOWN') tellUnknown(this.log, unknown);
    }
  }

  /** What is in doubt was revoked; without a mark it never left, and never will. The sweeper rings for it. */
  private async takeBack(operation: Operation, attemptId: string): Promise<void> {
    await this.store.transition(operation.id, takenBack(attemptId, this.clock.now(), SENDER_ENDED));
  }

  /** A job has one operation. After a loss in the store two of them may be about the same target. */
  private async isOfAnother({ siteId }: Operation, { jobIds }: UpstreamRef): Promise<boolean> {
    return jobIds.length > 0 && (await this.store.knownJobs(siteId, jobIds)).size > 0;
  }
}

function ofAttempt({ attempt }: SubmittedCall): { attemptId?: string } {
  return attempt ? { attemptId: attempt.id } : {};
}

function inDoubt({ calls }: Operation): SubmittedCall | undefined {
  return calls.find((call) => call.state === 'AMBIGUOUS');
}
