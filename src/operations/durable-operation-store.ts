import type { Change } from '../domain/operation-change.js';
import { isVerdict, type Operation } from '../domain/operation.js';
import { isoTime, type Clock } from '../platform/clock.js';
import { CHANGE_SAFETY } from './change-safety.js';
import { StoreGuardedError, type StoreGuard } from './guard/store-guard.js';
import type { Journal, JournalEntry } from './journal/journal.js';
import { NotDurableError } from './not-durable.js';
import {
  OperationStore,
  type Acceptance,
  type Holding,
  type IdempotencyClaim,
  type OperationCursor,
  type OperationFilter,
  type OperationPage,
  type Recording,
  type StepAcceptance,
  type StepStart,
} from './operation-store.js';

/**
 * A store with a second witness. What is promised, and every intent to send, is in the journal before anybody hears of
 * it; what an upstream answers is there before the store is told. A journal that cannot be written stops promises and
 * sends (`NotDurableError`; the store has the write all the same), and nothing else.
 */
export class DurableOperationStore extends OperationStore {
  /** An answer is written down again and again while the store is away: once is enough here. */
  private readonly answered = new WeakSet<Change>();

  /** @param onFault told when something is not in the journal though the work goes on */
  constructor(
    private readonly store: OperationStore,
    private readonly journal: Journal,
    private readonly guard: StoreGuard,
    private readonly clock: Clock,
    private readonly onFault: (error: Error) => void,
  ) {
    super();
  }

  async accept(operation: Operation, claim: IdempotencyClaim | null): Promise<Acceptance> {
    const pass = this.guard.pass();
    const acceptance = await this.acceptance(operation, claim);
    if (acceptance.kind !== 'ACCEPTED') return acceptance;
    await this.promise(operation, claim);
    // A store that was emptied since then knows nothing of it.
    pass.check();
    return acceptance;
  }

  async acceptStep(step: Operation, parent: Operation, start: StepStart): Promise<StepAcceptance> {
    try {
      const acceptance = await this.store.acceptStep(step, parent, start);
      if (acceptance.kind === 'ACCEPTED') {
        await Promise.all([this.promise(step), this.promise(acceptance.parent)]);
      }
      return acceptance;
    } catch (error) {
      // It is written, and goes on.
      if (error instanceof NotDurableError) await this.tellWhatIsThere(step.id, parent.id);
      throw error;
    }
  }

  async record(operation: Operation, text: string, seen: ReadonlyMap<string, Holding>): Promise<Recording> {
    try {
      const recording = await this.store.record(operation, text, seen);
      if (recording.kind === 'RECORDED') await this.promise(operation);
      return recording;
    } catch (error) {
      if (error instanceof NotDurableError) await this.tellWhatIsThere(operation.id);
      throw error;
    }
  }

  async transition(id: string, change: Change): Promise<Operation | null> {
    const before = mayEnd(change) ? await this.store.find(id) : null;
    return this.witnessed(id, change, before, () => this.store.transition(id, change));
  }

  async transitionFrom(operation: Operation, change: Change): Promise<Operation | null> {
    const before = mayEnd(change) ? operation : null;
    return this.witnessed(operation.id, change, before, () => this.store.transitionFrom(operation, change));
  }

  holdings(siteId: string, groupIds: readonly string[]): Promise<Map<string, Holding>> {
    return this.store.holdings(siteId, groupIds);
  }

  knownJobs(siteId: string, jobIds: readonly string[]): Promise<Set<string>> {
    return this.store.knownJobs(siteId, jobIds);
  }

  findClaim(keyHash: string): Promise<{ operationId: string; fingerprint: string } | null> {
    return this.store.findClaim(keyHash);
  }

  find(id: string): Promise<Operation | null> {
    return this.store.find(id);
  }

  holders(siteId: string, groupIds: readonly string[]): Promise<Map<string, string>> {
    return this.store.holders(siteId, groupIds);
  }

  listOpen(siteId: string): Promise<Operation[]> {
    return this.store.listOpen(siteId);
  }

  openIn(shard: number): Promise<Operation[]> {
    return this.store.openIn(shard);
  }

  openIds(shard: number): Promise<string[]> {
    return this.store.openIds(shard);
  }

  list(filter: OperationFilter, after: OperationCursor | null, pageSize: number): Promise<OperationPage> {
    return this.store.list(filter, after, pageSize);
  }

  private async acceptance(operation: Operation, claim: IdempotencyClaim | null): Promise<Acceptance> {
    try {
      return await this.store.accept(operation, claim);
    } catch (error) {
      // It is promised to nobody, but its key may come back with it.
      if (error instanceof NotDurableError) await this.tellRecord(operation, claim);
      throw error;
    }
  }

  /** @param before that which the change may end; null = it ends nothing */
  private async witnessed(
    operationId: string,
    change: Change,
    before: Operation | null,
    write: () => Promise<Operation | null>,
  ): Promise<Operation | null> {
    const isEnd = before?.state === 'PENDING';
    if (isEnd) await this.promiseEnd(before, change);
    else await this.beforehand(operationId, change);
    try {
      const written = await this.afterwards(change, await write());
      if (isEnd && !written) await this.tellWhatIsThere(operationId);
      return written;
    } catch (error) {
      // Nobody is told of it, but anybody may have read it.
      if (error instanceof NotDurableError && error.record) await this.tellRecord(error.record);
      if (error instanceof StoreGuardedError && isEnd) await this.tellWhatIsThere(operationId);
      throw error;
    }
  }

  private async beforehand(operationId: string, change: Change): Promise<void> {
    if (CHANGE_SAFETY[change.kind].journal !== 'ANSWER' || this.answered.has(change)) return;
    const told = await this.tell({ kind: 'CHANGE', time: this.now(), operationId, change });
    if (told) this.answered.add(change);
  }

  private async afterwards(change: Change, written: Operation | null): Promise<Operation | null> {
    if (!written) return null;
    const { journal } = CHANGE_SAFETY[change.kind];
    if (journal === 'PROMISE') await this.promise(written, null, intendedBy(change));
    else if (journal === 'RECORD' || isVerdict(written.state)) {
      await this.tellRecord(written);
    }
    return written;
  }

  /**
   * The end of what was not sent is told to people: a store that loses it would have it sent afterwards. What comes of
   * it in the store is written down after it; whoever reads only this knows that it may have gone otherwise. What was
   * accepted on another machine is not in this journal yet, and a change says nothing without its record.
   */
  private async promiseEnd(pending: Operation, change: Change): Promise<void> {
    this.guard.pass();
    await this.promise(pending);
    await this.promised({ kind: 'CHANGE', time: this.now(), operationId: pending.id, change });
  }

  private promise(
    record: Operation,
    claim: IdempotencyClaim | null = null,
    intended: { intendedAttemptId?: string } = {},
  ): Promise<void> {
    return this.promised({ kind: 'RECORD', time: this.now(), record, claim, ...intended });
  }

  private async promised(entry: JournalEntry): Promise<void> {
    try {
      await this.journal.append(entry);
    } catch (error) {
      throw new NotDurableError((error as Error).message, { cause: error });
    }
  }

  private tellRecord(record: Operation, claim: IdempotencyClaim | null = null): Promise<boolean> {
    return this.tell({ kind: 'RECORD', time: this.now(), record, claim });
  }

  private async tellWhatIsThere(...operationIds: string[]): Promise<void> {
    for (const id of operationIds) {
      const record = await this.store.find(id).catch(() => null);
      if (record) await this.tellRecord(record);
    }
  }

  private async tell(entry: JournalEntry): Promise<boolean> {
    try {
      await this.journal.append(entry);
      return true;
    } catch (error) {
      this.onFault(error as Error);
      return false;
    }
  }

  private now(): string {
    return isoTime(this.clock.now());
  }
}

/** Of what is PENDING. What is taken back because it is not safe was promised to nobody. */
function mayEnd(change: Change): boolean {
  if (change.kind === 'VERDICT') return change.problem?.code !== 'not-durable';
  return change.kind === 'CANCEL_REQUESTED';
}

function intendedBy(change: Change): { intendedAttemptId?: string } {
  return change.kind === 'INTENT' ? { intendedAttemptId: change.attempt.id } : {};
}
