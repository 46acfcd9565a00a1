import type { JobObservation } from '../../../domain/observation.js';
import { ProviderError } from '../../provider-error.js';
import type { SrmClient } from '../wire/srm.client.js';
import { createdBy, goneJob, isOver, jobOf } from './srm.tasks.js';
import { Turns } from './srm.turns.js';
import { textOf, type WireTask } from '../wire/srm.wire.js';

export interface KnownTask {
  job: JobObservation;
  createdId: string | null;
  /** What it works on. */
  entityName: string | null;
}

/** A task, and the operation that asks for it. */
export interface WantedTask {
  operationId: string;
  id: string;
}

const MAX_FINISHED = 2000;
/** Single questions a round, for tasks that the newest 200 do not hold; the others wait for the next round. */
const MAX_SINGLE_READS = 10;
/** For how many rounds a task that was not known is taken for gone without another question. */
const GONE_FOR_ROUNDS = 12;

/** What is known of tasks from one round to the next. */
export class TaskMemory {
  /** Their end was seen: they change no more, and the appliance forgets them. */
  private readonly finished = new Map<string, KnownTask>();
  /** They were not known, and in which round that was: an appliance that starts may not have read its tasks yet. */
  private readonly gone = new Map<string, number>();
  private readonly turns = new Turns();
  private round = 0;

  /** What is known without a question. Those who are not wanted any more are forgotten. */
  recall(wanted: readonly WantedTask[]): { known: Map<string, KnownTask>; toAsk: WantedTask[] } {
    this.round += 1;
    const keys = new Set(wanted.map(keyOf));
    for (const key of this.gone.keys()) if (!keys.has(key)) this.gone.delete(key);
    const known = new Map<string, KnownTask>();
    const open: WantedTask[] = [];
    for (const task of wanted) {
      const end = this.finished.get(keyOf(task));
      const goneIn = this.gone.get(keyOf(task));
      if (end !== undefined) known.set(task.id, end);
      else if (goneIn !== undefined) known.set(task.id, forgotten(task.id));
      if (end === undefined && (goneIn === undefined || this.round - goneIn >= GONE_FOR_ROUNDS))
        open.push(task);
    }
    const turn = this.turns.take(open.map(keyOf), MAX_SINGLE_READS);
    return { known, toAsk: open.filter((task) => turn.has(keyOf(task))) };
  }

  keep(wanted: WantedTask, task: KnownTask): void {
    if (!isOver(task.job) || task.job.state === 'GONE') return;
    const key = keyOf(wanted);
    this.finished.delete(key);
    this.finished.set(key, task);
    const oldest = this.finished.keys().next().value;
    if (this.finished.size > MAX_FINISHED && oldest !== undefined) this.finished.delete(oldest);
  }

  keepFound(wanted: WantedTask): void {
    this.gone.delete(keyOf(wanted));
  }

  keepGone(wanted: WantedTask): void {
    this.gone.set(keyOf(wanted), this.round);
  }
}

/** The tasks of one round: from the list, from memory, and the few that are missing asked one by one. */
export class TaskReading {
  private readonly known = new Map<string, KnownTask>();

  constructor(
    private readonly client: SrmClient,
    listed: readonly WireTask[] | null,
    private readonly memory: TaskMemory,
  ) {
    for (const task of listed ?? []) this.note(task);
  }

  async fill(wanted: readonly WantedTask[], signal: AbortSignal): Promise<void> {
    const { known, toAsk } = this.memory.recall(wanted.filter(({ id }) => !this.known.has(id)));
    for (const [id, task] of known) this.known.set(id, task);
    for (const task of toAsk) await this.ask(task, signal);
    for (const task of wanted) {
      const found = this.known.get(task.id);
      if (found !== undefined) this.memory.keep(task, found);
    }
  }

  /** null = one of them could not be looked at this time. */
  jobs(ids: readonly string[]): JobObservation[] | null {
    const jobs = ids.map((id) => this.known.get(id)?.job);
    return jobs.every((job) => job !== undefined) ? jobs : null;
  }

  of(id: string): KnownTask | null {
    return this.known.get(id) ?? null;
  }

  private note(task: WireTask): void {
    const entityName = textOf(task.entity_name);
    this.known.set(task.id, { job: jobOf(task), createdId: createdBy(task), entityName });
  }

  private async ask(wanted: WantedTask, signal: AbortSignal): Promise<void> {
    this.known.delete(wanted.id);
    try {
      const task = await this.client.task(wanted.id, signal);
      if (task !== null) {
        this.memory.keepFound(wanted);
        return this.note(task);
      }
      this.known.set(wanted.id, forgotten(wanted.id));
      this.memory.keepGone(wanted);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
    }
  }
}

function forgotten(id: string): KnownTask {
  return { job: goneJob(id), createdId: null, entityName: null };
}

/** With the operation: an appliance that was restored may give a task's id a second time. */
function keyOf(wanted: WantedTask): string {
  return `${wanted.operationId} ${wanted.id}`;
}
