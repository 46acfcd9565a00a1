import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Round } from './bench.js';

/** One round as it is kept. */
export interface KeptRound extends Round {
  id: string;
  /** When it ended, RFC 3339. */
  at: string;
  commit: string;
  seconds: number;
  /** Of one minute, right before the round: what else the machine had to do. */
  load: number;
}

/** What was measured so far, round by round, outside the tree (`BENCH_DIR`): a run that was cut goes on where it stopped. */
export class BenchResults {
  private readonly file: string;

  constructor(directory: string = resolve(process.env.BENCH_DIR ?? join(tmpdir(), 'dr-gateway-bench'))) {
    mkdirSync(directory, { recursive: true });
    this.file = join(directory, 'rounds.ndjson');
  }

  get place(): string {
    return this.file;
  }

  keep(round: KeptRound): void {
    appendFileSync(this.file, `${JSON.stringify(round)}\n`);
  }

  of(id: string): KeptRound[] {
    return this.rounds().filter((round) => round.id === id);
  }

  rounds(): KeptRound[] {
    if (!existsSync(this.file)) return [];
    const lines = readFileSync(this.file, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as KeptRound);
  }

  /** The rounds of one benchmark, as if they had never been. */
  forget(id: string): void {
    const others = this.rounds().filter((round) => round.id !== id);
    rmSync(this.file, { force: true });
    for (const round of others) this.keep(round);
  }
}
