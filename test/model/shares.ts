import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { added, emptySum, type Sum } from './sum.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
const MOST_IN_A_SHARE = 500;
/** Almost everything that a run makes is garbage when it ends. */
const ROOM_FOR_THE_YOUNG = '--max-semi-space-size=64';

export interface Wish {
  variant: string;
  from: number;
  seeds: number;
  workers: number;
  /** Seeds that one process takes at a time. */
  share?: number;
  /** Called with what is done so far; true = that is enough. */
  progress?: (sum: Sum) => boolean;
}

/** What a worker is asked for: the seeds from, from + 1, … up to and with `to`. */
export interface Share {
  variant: string;
  from: number;
  to: number;
}

/**
 * Runs the seeds in processes of their own, so many at a time. Each takes one share after the other: the first thousand
 * runs of a process cost twice to three times as much as those that follow, for its code is compiled meanwhile.
 */
export async function runShares({
  variant,
  from,
  seeds,
  workers,
  share = MOST_IN_A_SHARE,
  progress,
}: Wish): Promise<Sum> {
  const size = Math.max(1, Math.min(share, Math.ceil(seeds / workers)));
  const end = from + seeds - 1;
  let next = from;
  let sum = emptySum(variant);
  let isEnough = false;
  const work = async (): Promise<void> => {
    if (next > end) return;
    const worker = fork(WORKER, { execArgv: [ROOM_FOR_THE_YOUNG] });
    // Whatever else the machine has to do comes first.
    if (worker.pid !== undefined) setPriority(worker.pid, constants.priority.PRIORITY_LOW);
    try {
      while (next <= end && !isEnough) {
        const [first, last] = [next, Math.min(end, next + size - 1)];
        next = last + 1;
        // Awaited first: another worker's share may be added meanwhile.
        const more = await carriedOut(worker, { variant, from: first, to: last });
        sum = added(sum, more);
        isEnough ||= progress?.(sum) ?? false;
      }
    } finally {
      worker.kill();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return sum;
}

async function carriedOut(worker: ChildProcess, share: Share): Promise<Sum> {
  const isHeard = new AbortController();
  const { signal } = isHeard;
  try {
    const answer = once(worker, 'message', { signal });
    const end = once(worker, 'exit', { signal }).then(([code]) => {
      throw new Error(`the process that ran ${share.variant}:${share.from} ended with ${String(code)}`);
    });
    worker.send(share);
    const [sum] = (await Promise.race([answer, end])) as [Sum];
    return sum;
  } finally {
    isHeard.abort();
  }
}
