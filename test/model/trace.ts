import { BEGINNING, type Timeline } from './timeline.js';

/** What happened, in sentences; kept only if somebody wants to read it. */
export class Trace {
  readonly lines: string[] = [];

  constructor(
    private readonly timeline: Timeline,
    readonly isKept: boolean,
  ) {}

  say(sentence: () => string): void {
    if (!this.isKept) return;
    const seconds = (this.timeline.now - BEGINNING) / 1000;
    this.lines.push(`${seconds.toFixed(3).padStart(10)} s  ${sentence()}`);
  }
}
