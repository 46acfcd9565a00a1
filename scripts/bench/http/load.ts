import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { percentile } from '../../measure/statistics.js';
import type { LoadFigures, LoadOrder } from './load-process.js';

const PROCESS = fileURLToPath(new URL('./load-process.js', import.meta.url));

/** The clients, in a process of their own: what they cost is nobody's but theirs. */
export class Load {
  private constructor(private readonly child: ChildProcess) {}

  static async open(): Promise<Load> {
    const child = fork(PROCESS, { execArgv: [] });
    await once(child, 'message');
    return new Load(child);
  }

  /** Fails when an answer was neither 200 nor 202. */
  async run(order: LoadOrder): Promise<LoadFigures> {
    const answered = once(this.child, 'message') as Promise<[{ figures?: LoadFigures; error?: string }]>;
    this.child.send(order);
    const [{ figures, error }] = await answered;
    if (!figures) throw new Error(error);
    if (figures.refusal !== null) throw new Error(`${JSON.stringify(figures.statuses)}: ${figures.refusal}`);
    return figures;
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}

export const perSecond = ({ turnsMs, ms }: LoadFigures): number => (turnsMs.length / ms) * 1_000;
export const p50 = ({ turnsMs }: LoadFigures): number => percentile(turnsMs, 0.5) ?? NaN;
