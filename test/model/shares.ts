import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { added, emptySum, type Sum } from './sum.js';

const run = promisify(execFile);
const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
const MOST_IN_A_SHARE = 2_000;

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

/** Runs the seeds in processes of their own, so many at a time. */
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
    while (next <= end && !isEnough) {
      const [first, last] = [next, Math.min(end, next + size - 1)];
      next = last + 1;
      const { stdout } = await run(process.execPath, [WORKER, variant, String(first), String(last)], {
        maxBuffer: 1 << 24,
      });
      sum = added(sum, JSON.parse(stdout) as Sum);
      isEnough = progress?.(sum) ?? false;
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return sum;
}
