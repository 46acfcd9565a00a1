import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SimulatorSnapshot } from './simulator.js';

/** Where a world is kept between runs. What is missing, unreadable or another service's is no world. */
export class StateFile<State, Settings> {
  constructor(
    private readonly path: string,
    private readonly name: string,
  ) {}

  read(): SimulatorSnapshot<State, Settings> | null {
    try {
      const snapshot = JSON.parse(readFileSync(this.path, 'utf8')) as SimulatorSnapshot<State, Settings>;
      return snapshot.name === this.name ? snapshot : null;
    } catch {
      return null;
    }
  }

  write(snapshot: SimulatorSnapshot<State, Settings>): void {
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileSync(`${this.path}.new`, JSON.stringify(snapshot));
    renameSync(`${this.path}.new`, this.path);
  }
}
