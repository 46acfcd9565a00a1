import type { DrAction } from '../../domain/dr-action.js';

/** How a piece of work will go; told beforehand by a test. */
export interface Fate {
  /** It fails at its end, in these words. */
  failure?: { code: string; message: string };
  /** It stops moving half way and never ends. */
  stuck?: boolean;
  /** Half way it asks a person this, and waits. */
  question?: string;
}

/** One piece of work. All that changes about it by itself is a function of the time. */
export interface MemoryJob extends Fate {
  id: string;
  action: DrAction;
  targetId: string;
  /** Who asked for it, in the world's words. */
  by: string;
  startedAt: number;
  workMs: number;
  /** When it was asked to stop. */
  haltedAt: number | null;
  ended: 'DONE' | 'FAILED' | 'STOPPED' | null;
  endedAt: number | null;
  /** The world no longer tells of it, whatever became of it. */
  forgotten: boolean;
}

const HALF = 0.5;
/** Stopping a run takes a fifth of its time. */
const HALTING = 0.2;

/** From 0 to 1. */
export function shareDone(job: MemoryJob, now: number): number {
  const until = job.endedAt ?? now;
  const passed = job.workMs === 0 ? 1 : Math.min(1, (until - job.startedAt) / job.workMs);
  return job.stuck || job.question !== undefined ? Math.min(passed, HALF) : passed;
}

export function isAsking(job: MemoryJob, now: number): boolean {
  return job.ended === null && job.question !== undefined && shareDone(job, now) === HALF;
}

/** When it will have ended, as things stand; null = not by itself. */
export function endOf(job: MemoryJob): { at: number; ended: NonNullable<MemoryJob['ended']> } | null {
  const finish = job.startedAt + job.workMs;
  const halt = job.haltedAt === null ? Infinity : job.haltedAt + job.workMs * HALTING;
  const waits = job.stuck === true || job.question !== undefined;
  if (!waits && finish <= halt) return { at: finish, ended: job.failure ? 'FAILED' : 'DONE' };
  return halt < Infinity ? { at: halt, ended: 'STOPPED' } : null;
}

/** The question is answered: the second half begins now. */
export function answered(job: MemoryJob, now: number): void {
  delete job.question;
  job.startedAt = now - job.workMs * HALF;
}
