import { Clock } from '../../../src/platform/clock.js';

/** Time that stands still until a test moves it. */
export class TestClock extends Clock {
  private passed = 0;

  constructor(private readonly start = Date.UTC(2030, 0, 2, 3, 4, 5)) {
    super();
  }

  now(): number {
    return this.start + this.passed;
  }

  monotonic(): number {
    return this.passed;
  }

  advance(ms: number): void {
    this.passed += ms;
  }
}
