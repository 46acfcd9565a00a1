import type { JobObservation } from '../../../domain/observation.js';
import { ProviderError } from '../../provider-error.js';
import type { SrmClient } from '../wire/srm.client.js';
import { nextOffset, type WirePage } from '../wire/srm.lists.js';
import type { DetailReads } from './srm.detail-reads.js';
import { DetailTurns } from './srm.detail-turns.js';
import { createdBy, goneJob, isOver, jobOf } from './srm.tasks.js';
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
  /**
   * What it works on, as the round's lists show it: while that is under way, so is the task, wherever it is listed.
   * UNSEEN = no list was to be had.
   */
  target: 'UNDER_WAY' | 'AT_REST' | 'UNSEEN';
}

const MAX_FINISHED = 4000;
/** What a question for tasks may hold, by the steps in which it grows with the number of those that are wanted. */
const PAGE_STEP = 200;
const LARGEST_PAGE = 1000;
/** As many missing tasks are worth a page more, which may hold them all. */
const WORTH_A_PAGE = 4;
const PAGES_A_ROUND = 5;
/** Single questions a round, for tasks that no page has shown; the others wait for the next round. */
const MAX_SINGLE_READS = 10;
/** For how many rounds a task that was not known is taken for gone without another question. */
const GONE_FOR_ROUNDS = 12;

/** What is known of tasks from one round to the next. */
export class TaskMemory {
  /** Their end was seen: they change no more, and the appliance forgets them. */
  private readonly finished = new Map<string, KnownTask>();
  /** They were not known, and in which round that was: an appliance that starts may not have read its tasks yet. */
  private readonly gone = new Map<string, number>();
  private readonly turns: DetailTurns;
  private round = 0;

  constructor(readonly details: DetailReads) {
    this.turns = new DetailTurns(details, 'TASKS', MAX_SINGLE_READS);
  }

  get hasGone(): boolean {
    return this.gone.size > 0;
  }

  /** How long a page of the newest tasks should be: twice those whose end is still to come, since others run as well. */
  pageSize(wanted: readonly WantedTask[]): number {
    const open = wanted.filter((task) => !this.finished.has(keyOf(task))).length;
    return Math.min(LARGEST_PAGE, PAGE_STEP * Math.max(1, Math.ceil((2 * open) / PAGE_STEP)));
  }

  /** What is known without a question. Those who are not wanted any more are forgotten. */
  recall(wanted: readonly WantedTask[]): { known: Map<string, KnownTask>; open: WantedTask[] } {
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
    return { known, open };
  }

  /** Those whose turn it is to be asked after singly. */
  *turnOf(open: readonly WantedTask[], signal: AbortSignal): Generator<WantedTask> {
    const tasks = new Map(open.map((task) => [keyOf(task), task]));
    for (const key of this.turns.among([...tasks.keys()], signal)) {
      const task = tasks.get(key);
      if (task !== undefined) yield task;
    }
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

/** The tasks of one round: from the list, from memory, from what they work on, and the few that are missing asked after. */
export class TaskReading {
  private readonly known = new Map<string, KnownTask>();

  constructor(
    private readonly client: SrmClient,
    private readonly newest: WirePage<WireTask> | null,
    private readonly memory: TaskMemory,
  ) {
    for (const task of newest?.items ?? []) this.note(task);
  }

  async fill(wanted: readonly WantedTask[], signal: AbortSignal): Promise<void> {
    const { known, open } = this.memory.recall(wanted.filter(({ id }) => !this.known.has(id)));
    for (const [id, task] of known) this.known.set(id, task);
    for (const task of open) {
      if (task.target === 'UNDER_WAY' && !this.known.has(task.id)) this.known.set(task.id, running(task.id));
    }
    let missing = open.filter(({ target }) => target === 'AT_REST');
    missing = await this.turnPages(missing, signal);
    for (const task of this.memory.turnOf(missing, signal)) await this.ask(task, signal);
    this.takeForGone(missing);
    for (const task of wanted) {
      const found = this.known.get(task.id);
      if (found !== undefined) this.memory.keep(task, found);
    }
  }

  /** An appliance that has forgotten one task, and lists all that it knows, has forgotten the others, too. */
  private takeForGone(missing: readonly WantedTask[]): void {
    const { newest } = this;
    const isWhole =
      newest !== null && newest.gaps.length === 0 && newest.received >= (newest.total ?? Infinity);
    if (!isWhole || !this.memory.hasGone) return;
    for (const { id } of missing) if (!this.known.has(id)) this.known.set(id, forgotten(id));
  }

  /** Pages of older tasks while many are missing. @returns those that none of them held */
  private async turnPages(missing: WantedTask[], signal: AbortSignal): Promise<WantedTask[]> {
    const { details } = this.memory;
    let page = this.newest;
    let offset = page === null ? null : nextOffset(page, 0);
    for (let count = 0; count < PAGES_A_ROUND && page !== null && offset !== null; count += 1) {
      if (missing.length < WORTH_A_PAGE || signal.aborted || details.places('TASKS') === 0) break;
      details.note('TASKS');
      page = await this.tried(() => this.client.olderTasks(offset ?? 0, signal, LARGEST_PAGE));
      const listed = new Set(page?.items.map(({ id }) => id));
      for (const task of page?.items ?? []) if (!this.isListed(task.id)) this.note(task);
      for (const task of missing) if (listed.has(task.id)) this.memory.keepFound(task);
      missing = missing.filter(({ id }) => !listed.has(id));
      offset = page === null ? null : nextOffset(page, offset);
    }
    return missing;
  }

  /** The newest page is what was read first; a task that has moved on to the next one is known already. */
  private isListed(id: string): boolean {
    return this.newest?.items.some((task) => task.id === id) === true;
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
    const task = await this.tried(async () => ({ found: await this.client.task(wanted.id, signal) }));
    if (task === null) return;
    if (task.found !== null) {
      this.memory.keepFound(wanted);
      return this.note(task.found);
    }
    this.known.set(wanted.id, forgotten(wanted.id));
    this.memory.keepGone(wanted);
  }

  private async tried<T>(read: () => Promise<T>): Promise<T | null> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof ProviderError) return null;
      throw error;
    }
  }
}

/** It was not listed, and what it works on is under way. */
function running(id: string): KnownTask {
  const job: JobObservation = { id, state: 'RUNNING', word: null, progressPercent: null, error: null };
  return { job, createdId: null, entityName: null };
}

function forgotten(id: string): KnownTask {
  return { job: goneJob(id), createdId: null, entityName: null };
}

/** With the operation: an appliance that was restored may give a task's id a second time. */
function keyOf(wanted: WantedTask): string {
  return `${wanted.operationId} ${wanted.id}`;
}
