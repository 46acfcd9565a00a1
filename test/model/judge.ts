import type { OperationEvent } from '../../src/domain/operation-event.js';
import { isVerdict, type Operation, type OperationState } from '../../src/domain/operation.js';
import type { Execution, Ledger } from './ledger.js';
import type { SimRedis } from './sim-redis.js';
import type { Trace } from './trace.js';

/** Which promise was broken. CREDITED breaks none: it is what an upstream that tells no names cannot tell apart. */
export const FAULTS = [
  /** More than one execution of one operation, or of one request with its key. */
  'REPEATED',
  /** A request left, or began its work, after the operation had a verdict. */
  'AFTER_VERDICT',
  /** The same after a person was told that it is not known. */
  'AFTER_UNKNOWN',
  /** A verdict that the upstream's ledger contradicts. */
  'FALSE_VERDICT',
  /** An operation that was promised is not there. */
  'LOST',
  /** An operation without verdict, and nobody was told. */
  'STUCK',
  /** Two open operations hold the same group. */
  'TWO_HOLDERS',
  /** One key, two operations. */
  'TWO_FOR_KEY',
  /** The upstream did another thing than what was asked: it turned back what somebody else had turned. */
  'WRONG_WAY',
  /** It began upon a target that was not any more what it was when it was promised. */
  'SURPRISED',
  /** The product broke in a way of its own. */
  'BUG',
  /** What somebody did at the vendor's console meanwhile, to the same target, was taken for ours. */
  'CREDITED',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Finding {
  fault: Fault;
  text: string;
}

/** Holds what the gateway says against what the upstream did. */
export class Judge {
  readonly findings: Finding[] = [];
  /** Operations that somebody was promised, by the key they asked with. */
  private readonly promised = new Map<string, string>();
  private readonly verdictsTold = new Map<string, OperationState>();
  private readonly keys = new Map<string, string>();
  private readonly sights = new Map<string, string>();
  readonly unknownTold = new Set<string>();
  readonly ambiguous = new Set<string>();

  constructor(
    private readonly redis: SimRedis,
    private readonly ledger: Ledger,
    private readonly trace: Trace,
  ) {}

  get operations(): number {
    return this.promised.size;
  }

  /** A 202 reached who asked. */
  wasPromised(id: string, key: string): void {
    const other = this.keys.get(key);
    if (other !== undefined && other !== id) this.find('TWO_FOR_KEY', `${key} began ${other} and ${id}`);
    this.keys.set(key, id);
    this.promised.set(id, key);
  }

  /** Somebody read the record. */
  wasTold(operation: Operation): void {
    if (isVerdict(operation.state)) this.verdictsTold.set(operation.id, operation.state);
  }

  /** A request leaves a process, or its work begins. */
  happened(id: string | null, what: string): void {
    if (id === null) return;
    const state = this.redis.records.get(id)?.record.state;
    const told = this.verdictsTold.get(id);
    if (told || (state && isVerdict(state)))
      this.find('AFTER_VERDICT', `${id}: ${what} after ${told ?? state}`);
    else if (state === 'UNKNOWN') this.find('AFTER_UNKNOWN', `${id}: ${what} while it is UNKNOWN`);
  }

  /** An event goes out to whoever listens; what the store loses later was told all the same. */
  heard({ operationId, type }: OperationEvent): void {
    if (type === 'operation.unknown') this.unknownTold.add(operationId);
    if (type === 'operation.reconciling') this.ambiguous.add(operationId);
  }

  /** @param sight how its target is right before */
  begins(id: string | null, sight: string): void {
    this.happened(id, 'its work began');
    const promised = this.sights.get(id ?? '');
    if (promised !== undefined && promised !== sight) {
      this.find('SURPRISED', `${id}: it was ${promised} when it was promised, and is ${sight}`);
    }
  }

  /** @param sight how its target is at that instant */
  accepted(operation: Operation, sight: string): void {
    const { expected } = operation;
    this.sights.set(operation.id, expected ? `${expected.word} ${expected.activeSite}` : sight);
    for (const otherId of this.redis.open.keys()) {
      const other = this.redis.records.get(otherId)?.record;
      if (!other || other.id === operation.id || other.state === 'UNKNOWN') continue;
      const shared = other.lockedGroupIds.find((groupId) => operation.lockedGroupIds.includes(groupId));
      if (shared) this.find('TWO_HOLDERS', `${otherId} and ${operation.id} hold ${shared}`);
    }
  }

  broke(error: unknown, where: string): void {
    this.find('BUG', `${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  /** Once nothing happens any more. */
  conclude(): void {
    for (const id of this.promised.keys()) {
      if (!this.redis.records.has(id)) this.find('LOST', `${id} was promised and is not there`);
    }
    for (const { record } of this.redis.records.values()) this.concludeOf(record);
    for (const [key, id] of this.keys) {
      if (this.ledger.of(id).length > 1)
        this.find('REPEATED', `${key}: executed ${this.ledger.of(id).length} times`);
    }
    // What no record tells of any more was executed all the same.
    for (const id of new Set(this.ledger.executions.map(({ operationId }) => operationId))) {
      if (id !== null && !this.redis.records.has(id))
        this.find('LOST', `${id} was executed and is not there`);
      const times = id === null ? 0 : this.ledger.of(id).length;
      if (id !== null && times > 1 && ![...this.keys.values()].includes(id)) {
        this.find('REPEATED', `${id} was executed ${times} times`);
      }
    }
  }

  private concludeOf(operation: Operation): void {
    const { id, state } = operation;
    const executions = this.ledger.of(id);
    const [first] = executions;
    if (!isVerdict(state)) {
      const told = this.unknownTold.has(id);
      if (state !== 'UNKNOWN' || !told) this.find('STUCK', `${id} is ${state}`);
    }
    const wrong = verdictFault(operation, executions);
    if (wrong) {
      const fault = this.isAnothers(operation) ? 'CREDITED' : 'FALSE_VERDICT';
      this.find(fault, `${id} is ${state}: ${wrong}`);
    }
    if (first && operation.direction !== null) {
      const way = first.from === 'PRODUCTION' ? 'TO_RECOVERY' : 'TO_PRODUCTION';
      if (way !== operation.direction) this.find('WRONG_WAY', `${id} was to go ${operation.direction}`);
    }
  }

  /** Whether somebody else was at work on the same target before its verdict was found. */
  private isAnothers({ target, createdTime, endedTime, state }: Operation): boolean {
    if (state !== 'SUCCEEDED' && state !== 'FAILED') return false;
    return this.ledger.executions.some(
      ({ operationId, targetId, begunMs }) =>
        operationId === null &&
        target.id?.endsWith(`.${targetId}`) === true &&
        begunMs >= Date.parse(createdTime) &&
        begunMs <= Date.parse(endedTime ?? ''),
    );
  }

  private find(fault: Fault, text: string): void {
    this.trace.say(() => `*** ${fault}: ${text}`);
    this.findings.push({ fault, text });
  }
}

/** Why the verdict is not true; null = it is. */
function verdictFault(
  { state, resolution, outcome }: Operation,
  executions: readonly Execution[],
): string | null {
  const ends = executions.map(({ end }) => end);
  switch (state) {
    case 'SUCCEEDED':
      return ends.includes('SUCCESS') ? null : `the upstream shows ${ends.join() || 'nothing'}`;
    case 'FAILED':
      if (resolution?.verdict === 'NOT_EXECUTED') return ends.length === 0 ? null : 'it was executed';
      if (ends.length === 0) return 'it was never executed';
      return ends.includes('FAIL') ? null : `the upstream shows ${ends.join()}`;
    case 'REJECTED':
      return ends.length === 0 ? null : 'it was executed';
    case 'CANCELLED':
      return ends.length > 0 && outcome === 'NONE' ? 'it was executed' : null;
    default:
      return null;
  }
}
