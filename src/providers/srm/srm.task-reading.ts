import type { JobObservation } from '../../domain/observation.js';
import { ProviderError } from '../provider-error.js';
import type { SrmClient } from './srm.client.js';
import { createdBy, goneJob, isOver, jobOf } from './srm.tasks.js';
import type { WireTask } from './srm.wire.js';

interface KnownTask {
  job: JobObservation;
  createdId: string | null;
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

  async fill(ids: readonly string[], signal: AbortSignal): Promise<void> {
    let asked = 0;
    for (const id of ids) {
      const remembered = this.finished.get(id);
      if (remembered !== undefined) this.known.set(id, remembered);
      if (this.known.has(id) || asked >= MAX_SINGLE_READS) continue;
      asked += 1;
      try {
        const task = await this.client.task(id, signal);
        if (task === null) this.known.set(id, { job: goneJob(id), createdId: null });
        else this.note(task);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
      }
      this.keep(id);
    }
    for (const id of ids) this.keep(id);
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

  /** A task that is gone is asked for again: an appliance that starts may not have read its tasks yet. */
  private keep(id: string): void {
    const task = this.known.get(id);
    if (task === undefined || !isOver(task.job) || task.job.state === 'GONE') return;
    this.finished.delete(id);
    this.finished.set(id, task);
    const oldest = this.finished.keys().next().value;
    if (this.finished.size > MAX_FINISHED && oldest !== undefined) this.finished.delete(oldest);
  }
}
