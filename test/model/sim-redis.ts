import { VERDICT_EVENTS } from '../../src/domain/operation-end.js';
import { eventOf, type OperationEvent } from '../../src/domain/operation-event.js';
import type { Step } from '../../src/domain/operation-machine.js';
import { isVerdict, type Operation } from '../../src/domain/operation.js';
import type {
  Acceptance,
  Holding,
  IdempotencyClaim,
  Recording,
} from '../../src/operations/operation-store.js';
import { jobIdsOf } from '../../src/operations/operation-indexes.js';

interface Kept {
  version: number;
  writeId: string;
  record: Operation;
}

interface Written {
  at: number;
  undo: () => void;
}

/** Of a step of a composite: its parent as it was read, and as it will be. */
export interface Parent {
  before: Operation;
  step: Step;
}

/**
 * What the store's scripts do, one method each, on plain maps: src/operations/lua tells the same. Every write can be
 * undone, newest first, as a failover does that promotes a replica which had not heard of it.
 */
export class SimRedis {
  readonly records = new Map<string, Kept>();
  readonly events: OperationEvent[] = [];
  readonly open = new Map<string, number>();
  readonly locks = new Map<string, string>();
  readonly lastHolders = new Map<string, string>();
  readonly claims = new Map<string, { operationId: string; fingerprint: string }>();
  readonly jobs = new Map<string, string>();
  /** What the guard keeps, by name; `token` is that of the shards. */
  readonly guard = new Map<string, unknown>();
  private log: Written[] = [];
  /** Everything before it is on a replica that will be promoted. */
  private safeUpTo = 0;

  constructor(private readonly now: () => number) {}

  accept(
    operation: Operation,
    claim: IdempotencyClaim | null,
    parent: Parent | null,
    writeId: string,
    token = '',
  ): Acceptance | { kind: 'STALE' } | { kind: 'GUARDED' } {
    const { id } = operation;
    if (this.records.has(id)) return { kind: 'ACCEPTED' };
    if (token !== '' && token !== this.guard.get('token')) return { kind: 'GUARDED' };
    const taken = claim && this.claims.get(claim.keyHash);
    if (taken) return { kind: 'EXISTS', ...taken };
    const parentId = parent?.before.id;
    if (parent && this.records.get(parent.before.id)?.version !== parent.before.version) {
      return { kind: 'STALE' };
    }
    for (const groupId of operation.lockedGroupIds) {
      const holder = this.locks.get(groupId);
      if (holder !== undefined && holder !== id && holder !== parentId)
        return { kind: 'BUSY', heldBy: holder };
    }
    for (const groupId of operation.lockedGroupIds) this.set(this.locks, groupId, id);
    if (claim) {
      this.set(this.claims, claim.keyHash, { operationId: id, fingerprint: claim.fingerprint });
    }
    this.set(this.records, id, { version: 1, writeId, record: operation });
    this.set(this.open, id, Date.parse(operation.createdTime));
    this.index(operation);
    const text = parent ? `${parent.before.id} begins it.` : `${operation.requestedBy} asked for it.`;
    this.tell(eventOf(operation, 'operation.accepted', text, operation.createdTime));
    if (parent) this.put(parent.step, writeId);
    return { kind: 'ACCEPTED' };
  }

  /** @param expected the write that made what was read; '' = not known: the version alone is compared */
  write(
    before: Operation,
    step: Step,
    writeId: string,
    expected = '',
    token = '',
  ): 'WRITTEN' | 'CONFLICT' | 'ABSENT' | 'GUARDED' {
    const { operation } = step;
    const { id, parentId } = operation;
    const kept = this.records.get(id);
    if (!kept) return 'ABSENT';
    if (kept.version === operation.version && kept.writeId === writeId) return 'WRITTEN';
    if (token !== '' && token !== this.guard.get('token')) return 'GUARDED';
    if (kept.version !== before.version || (expected !== '' && kept.writeId !== expected)) return 'CONFLICT';
    const heir = parentId && this.open.has(parentId) ? parentId : null;
    this.put(step, writeId);
    if (isVerdict(operation.state)) {
      this.delete(this.open, id);
      for (const groupId of operation.lockedGroupIds) {
        if (this.locks.get(groupId) !== id) continue;
        if (heir) this.set(this.locks, groupId, heir);
        else this.delete(this.locks, groupId);
      }
      const made = holderMade(operation);
      if (made && parentId && heir && !this.locks.has(made)) this.set(this.locks, made, heir);
      for (const groupId of new Set([...operation.lockedGroupIds, ...(made ? [made] : [])])) {
        this.set(this.lastHolders, groupId, id);
      }
    }
    return 'WRITTEN';
  }

  record(
    operation: Operation,
    text: string,
    seen: ReadonlyMap<string, Holding>,
    writeId: string,
    token = '',
  ): Recording | { kind: 'GUARDED' } {
    const { id, lockedGroupIds } = operation;
    if (this.records.has(id)) return { kind: 'RECORDED' };
    if (token !== '' && token !== this.guard.get('token')) return { kind: 'GUARDED' };
    const groups = [...new Set([...lockedGroupIds, ...seen.keys()])];
    for (const groupId of groups) {
      const heldBy = this.locks.get(groupId);
      if (heldBy !== undefined) return { kind: 'BUSY', heldBy };
    }
    if (
      groups.some(
        (groupId) => (this.lastHolders.get(groupId) ?? null) !== (seen.get(groupId)?.lastHeldBy ?? null),
      )
    ) {
      return { kind: 'STALE' };
    }
    if (jobIdsOf(operation).some((jobId) => this.jobs.has(jobName(operation.siteId, jobId)))) {
      return { kind: 'KNOWN' };
    }
    const hasEnded = isVerdict(operation.state);
    for (const groupId of lockedGroupIds) this.set(hasEnded ? this.lastHolders : this.locks, groupId, id);
    this.set(this.records, id, { version: 1, writeId, record: operation });
    if (!hasEnded) this.set(this.open, id, Date.parse(operation.createdTime));
    this.index(operation);
    const type = isVerdict(operation.state) ? VERDICT_EVENTS[operation.state] : 'operation.started';
    this.tell(eventOf(operation, type, text, operation.createdTime));
    return { kind: 'RECORDED' };
  }

  /** Writes back what it has lost. */
  restore(
    before: Operation | null,
    step: Step,
    claim: IdempotencyClaim | null,
    writeId: string,
    expected = '',
  ): { kind: 'RESTORED' } | { kind: 'STALE' } | { kind: 'HELD'; heldBy: string } {
    const { operation } = step;
    const { id, lockedGroupIds } = operation;
    const kept = this.records.get(id);
    if (kept?.version === operation.version && kept.writeId === writeId) return { kind: 'RESTORED' };
    if (kept?.version !== before?.version) return { kind: 'STALE' };
    if (expected !== '' && kept?.writeId !== expected) return { kind: 'STALE' };
    const hasEnded = isVerdict(operation.state);
    for (const groupId of lockedGroupIds) {
      const heldBy = this.locks.get(groupId);
      if (!hasEnded && heldBy !== undefined && heldBy !== id) return { kind: 'HELD', heldBy };
    }
    for (const groupId of lockedGroupIds) {
      if (!hasEnded) this.set(this.locks, groupId, id);
      else if (this.locks.get(groupId) === id) this.delete(this.locks, groupId);
      if (hasEnded) this.set(this.lastHolders, groupId, id);
    }
    this.put(step, writeId);
    if (hasEnded) this.delete(this.open, id);
    else this.set(this.open, id, Date.parse(operation.createdTime));
    if (claim && !this.claims.has(claim.keyHash)) {
      this.set(this.claims, claim.keyHash, { operationId: id, fingerprint: claim.fingerprint });
    }
    return { kind: 'RESTORED' };
  }

  /** What every write is made of, for those that are made elsewhere. */
  set<K, V>(map: Map<K, V>, key: K, value: V): void {
    const had = map.has(key);
    const old = map.get(key);
    map.set(key, value);
    this.log.push({ at: this.now(), undo: () => (had ? map.set(key, old as V) : map.delete(key)) });
  }

  delete<K, V>(map: Map<K, V>, key: K): void {
    if (!map.has(key)) return;
    const old = map.get(key) as V;
    map.delete(key);
    this.log.push({ at: this.now(), undo: () => map.set(key, old) });
  }

  tell(event: OperationEvent): void {
    this.events.push(event);
    this.log.push({ at: this.now(), undo: () => this.events.pop() });
  }

  /** A replica has confirmed everything up to here. */
  confirm(): void {
    this.safeUpTo = this.log.length;
  }

  /** What was written since, and was not confirmed, is gone. How many writes that is. */
  loseSince(time: number): number {
    return this.undoTo(Math.max(this.safeUpTo, this.lengthAt(time)));
  }

  /** An old copy is put in its place: what was confirmed is gone as well. */
  rollBackTo(time: number): number {
    return this.undoTo(this.lengthAt(time));
  }

  private lengthAt(time: number): number {
    let length = this.log.length;
    while (length > 0 && (this.log[length - 1]?.at ?? 0) >= time) length -= 1;
    return length;
  }

  private undoTo(length: number): number {
    const lost = this.log.length - length;
    for (const { undo } of this.log.splice(length).reverse()) undo();
    this.safeUpTo = this.log.length;
    return lost;
  }

  private put({ operation, event }: Step, writeId: string): void {
    this.set(this.records, operation.id, { version: operation.version, writeId, record: operation });
    this.index(operation);
    this.tell(event);
  }

  private index(operation: Operation): void {
    for (const jobId of jobIdsOf(operation)) {
      const name = jobName(operation.siteId, jobId);
      if (this.jobs.get(name) !== operation.id) this.set(this.jobs, name, operation.id);
    }
  }
}

export function jobName(siteId: string, jobId: string): string {
  return `${siteId} ${jobId}`;
}

function holderMade({ target, lockedGroupIds }: Operation): string | null {
  const holds = target.type === 'PROTECTION_GROUP' || target.type === 'RECOVERY_PLAN';
  return holds && target.id !== null && !lockedGroupIds.includes(target.id) ? target.id : null;
}
