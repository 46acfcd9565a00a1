import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Minute } from './samples.js';

/** The minutes of the last run, outside the tree (`SOAK_DIR`). */
export class KeptMinutes {
  readonly place: string;

  constructor(directory: string = resolve(process.env.SOAK_DIR ?? join(tmpdir(), 'dr-gateway-soak'))) {
    mkdirSync(directory, { recursive: true });
    this.place = join(directory, 'minutes.ndjson');
  }

  beginAnew(): void {
    writeFileSync(this.place, '');
  }

  keep(minute: Minute): void {
    appendFileSync(this.place, `${JSON.stringify(minute)}\n`);
  }

  all(): Minute[] {
    if (!existsSync(this.place)) return [];
    const lines = readFileSync(this.place, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Minute);
  }
}
