import type { ActionCommand } from '../../../src/domain/action-command.js';
import { ACTION_FACTS } from '../../../src/domain/action-facts.js';
import { type DrAction } from '../../../src/domain/dr-action.js';
import type { LifecycleRow } from '../../../src/domain/lifecycle.js';
import type { Observation } from '../../../src/domain/observation.js';
import { isoTime } from '../../../src/platform/clock.js';
import type {
  CallContext,
  Preparation,
  ProviderDriver,
  SendGate,
  SentCall,
  WatchedOperation,
} from '../../../src/providers/provider-driver.js';
import type { Harness } from './harness.js';

/** A caller that never gives up. */
export const patiently: CallContext = { signal: new AbortController().signal };

export const openGate: SendGate = { open: () => undefined };

const ENDED: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED', 'GONE']);

/** Walks operations through a driver, the way the rooms behind it do: prepare, start, observe until it is over. */
export class Journey {
  private operations = 0;

  constructor(
    readonly harness: Harness,
    readonly driver: ProviderDriver = harness.createDriver(),
  ) {}

  row(action: DrAction): LifecycleRow {
    const row = this.driver.descriptor.lifecycle.actions[action];
    if (!row) throw new RangeError(`${this.driver.descriptor.title} has no ${action}`);
    return row;
  }

  /** The command for an action on its stage, or on another target. A failover goes the way that is open. */
  async command(action: DrAction, targetId = this.harness.stage(action).targetId): Promise<ActionCommand> {
    const stage = this.harness.stage(action);
    const direction = ACTION_FACTS[action].needsDirection
      ? (await this.driver.getRecoveryPlan(targetId ?? '', patiently)).nextDirection
      : null;
    return {
      action,
      targetNativeId: targetId,
      partNativeId: null,
      direction,
      options: stage.options ?? {},
      group: stage.group ?? null,
      changes: stage.changes ?? null,
      input: null,
    };
  }

  /** Carries out everything that must come before the action, and prepares it. */
  async readyFor(action: DrAction): Promise<Readied> {
    const { after, targetId } = this.harness.stage(action);
    for (const earlier of after) await this.carryOut(earlier, targetId);
    return this.prepare(await this.command(action));
  }

  async prepare(command: ActionCommand): Promise<Readied> {
    this.operations += 1;
    const operationId = `operation-${this.operations}`;
    const preparation = await this.driver.prepare(command, operationId, patiently);
    return { operationId, command, preparation };
  }

  /** Sends every call of a prepared operation. */
  async begin({ operationId, command, preparation }: Readied): Promise<WatchedOperation> {
    const calls: WatchedOperation['calls'] = [];
    for (const call of preparation.calls) {
      calls.push({ call, ref: await this.driver.start(call, openGate, patiently) });
    }
    return { operationId, command, baseline: preparation.baseline, calls };
  }

  async look(operation: WatchedOperation): Promise<Observation> {
    const [seen] = await this.driver.observe([operation], patiently);
    if (!seen) throw new Error(`${operation.operationId} could not be looked at`);
    return seen;
  }

  isOver(operation: WatchedOperation, seen: Observation): boolean {
    const { via } = this.row(operation.command.action);
    const settled = seen.resource !== null && !via.includes(seen.resource.word);
    return settled && seen.jobs.every((job) => ENDED.has(job.state));
  }

  /** Looks, and lets a tenth of the longest work pass, until the operation is over: everything that was seen. */
  async watch(operation: WatchedOperation): Promise<Observation[]> {
    const trail = [await this.look(operation)];
    for (let looks = 0; !this.isOver(operation, last(trail)); looks += 1) {
      if (looks > 20) throw new Error(`not over in twice the longest time: ${JSON.stringify(last(trail))}`);
      this.harness.advance(this.harness.longestWorkMs / 10);
      trail.push(await this.look(operation));
    }
    return trail;
  }

  async carryOut(action: DrAction, targetId?: string | null): Promise<Observation> {
    const operation = await this.begin(await this.prepare(await this.command(action, targetId)));
    return last(await this.watch(operation));
  }

  /** The first call of a prepared operation, as the record remembers it after an ambiguous send. */
  sent({ operationId, command, preparation }: Readied): SentCall {
    const { baseline } = preparation;
    const sentTime = isoTime(this.harness.now());
    return { operationId, command, call: firstCall(preparation), baseline, sentTime };
  }
}

/** The words an action ends well in, where it leaves a resource behind in a state of its own. */
export function goodEnds({ to }: LifecycleRow): readonly string[] {
  return typeof to === 'string' ? [] : to;
}

export interface Readied {
  operationId: string;
  command: ActionCommand;
  preparation: Preparation;
}

export function firstCall(preparation: Preparation): Preparation['calls'][number] {
  const [call] = preparation.calls;
  if (!call) throw new Error('the preparation holds no call');
  return call;
}

export function last<T>(items: readonly T[]): T {
  const item = items.at(-1);
  if (item === undefined) throw new Error('there is nothing in the list');
  return item;
}
