import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { summed, type Result } from './scenario.js';

/** One finished piece, as it is kept. */
export interface KeptPiece extends Result {
  scenario: string;
  /** When it ended, RFC 3339. */
  at: string;
  commit: string;
  seconds: number;
}

/**
 * What was found so far, piece by piece, outside the tree: a run that was cut goes on where it stopped, and several runs
 * add up. A line that was cut is left out.
 */
export class Results {
  private readonly file: string;

  constructor(directory: string = resolve(process.env.FAULTS_DIR ?? join(tmpdir(), 'dr-gateway-faults'))) {
    mkdirSync(directory, { recursive: true });
    this.file = join(directory, 'results.ndjson');
  }

  get place(): string {
    return this.file;
  }

  keep(piece: KeptPiece): void {
    appendFileSync(this.file, `${JSON.stringify(piece)}\n`);
  }

  pieces(): KeptPiece[] {
    if (!existsSync(this.file)) return [];
    const lines = readFileSync(this.file, 'utf8').split('\n');
    return lines.flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as KeptPiece];
      } catch {
        return [];
      }
    });
  }

  of(scenario: string): Result {
    return summed(this.pieces().filter((piece) => piece.scenario === scenario));
  }

  forget(): void {
    rmSync(this.file, { force: true });
  }
}
