import { SeededRandom } from '../../simulators/engine/random.js';

/** Everything that happens by chance in one run comes from here, so that a seed tells the same story each time. */
export class Chance {
  private readonly random: SeededRandom;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  /** 0 ≤ x < 1 (mulberry32). */
  next(): number {
    return this.random.next();
  }

  happens(share: number): boolean {
    return share > 0 && this.next() < share;
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  oneOf<T>(choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.next() * choices.length)] ?? choices[0];
  }

  fill(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i += 1) bytes[i] = Math.floor(this.next() * 256);
  }
}
