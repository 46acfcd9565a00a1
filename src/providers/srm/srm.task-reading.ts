import type { JobObservation } from '../../domain/observation.js';
import { ProviderError } from '../provider-error.js';
import type { SrmClient } from './srm.client.js';
import { createdBy, goneJob, isOver, jobOf } from './srm.tasks.js';
import type { WireTask } from './srm.wire.js';

interface KnownTask {
  job: JobObservation;
  createdId: string | null;
}

/** A task, and the operation that asks for it. */
export interface WantedTask {
  operationId: string;
  id: string;
}

/** Tasks whose end was seen: they change no more, and the appliance forgets them. */
type FinishedTasks = Map<string, KnownTask>;

const MAX_FINISHED = 2000;
/** Single questions a round, for tasks that the newest 200 do not hold; the others wait for the next round. */
const MAX_SINGLE_READS = 10;

/** The tasks of one round: from the list, from memory, and the few that are missing asked one by one. */
export class TaskReading {
  private readonly known = new Map<string, KnownTask>();

  static newMemory(): FinishedTasks {
    return new Map();
  }

  constructor(
    private readonly client: SrmClient,
    listed: readonly WireTask[] | null,
    private readonly finished: FinishedTasks,
  ) {
    for (const task of listed ?? []) this.note(task);
  }

  async fill(wanted: readonly WantedTask[], signal: AbortSignal): Promise<void> {
    let asked = 0;
    for (const task of wanted) {
      const remembered = this.finished.get(memoryKey(task));
      if (!this.known.has(task.id) && remembered !== undefined) this.known.set(task.id, remembered);
      if (this.known.has(task.id) || asked >= MAX_SINGLE_READS) continue;
      asked += 1;
      await this.ask(task.id, signal);
    }
    for (const task of wanted) this.keep(task);
  }

  /** null = one of them could not be looked at this time. */
  jobs(ids: readonly string[]): JobObservation[] | null {
    const jobs = ids.map((id) => this.known.get(id)?.job);
    return jobs.every((job) => job !== undefined) ? jobs : null;
  }

  created(id: string): string | null {
    return this.known.get(id)?.createdId ?? null;
  }

  private note(task: WireTask): void {
    this.known.set(task.id, { job: jobOf(task), createdId: createdBy(task) });
  }

  private async ask(id: string, signal: AbortSignal): Promise<void> {
    try {
      const task = await this.client.task(id, signal);
      if (task === null) this.known.set(id, { job: goneJob(id), createdId: null });
      else this.note(task);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
    }
  }

  /** A task that is gone is asked for again: an appliance that starts may not have read its tasks yet. */
  private keep(wanted: WantedTask): void {
    const task = this.known.get(wanted.id);
    if (task === undefined || !isOver(task.job) || task.job.state === 'GONE') return;
    this.finished.delete(memoryKey(wanted));
    this.finished.set(memoryKey(wanted), task);
    const oldest = this.finished.keys().next().value;
    if (this.finished.size > MAX_FINISHED && oldest !== undefined) this.finished.delete(oldest);
  }
}

/** With the operation: an appliance that was restored may give a task's id a second time. */
function memoryKey(wanted: WantedTask): string {
  return `${wanted.operationId} ${wanted.id}`;
}
