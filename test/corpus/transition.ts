import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Change } from '../../src/domain/operation-change.js';
import type { Step } from '../../src/domain/operation-machine.js';
import type { Operation } from '../../src/domain/operation.js';

/** One call of `reduce`, as it was made and answered by the version that recorded it. */
export interface RecordedTransition {
  before: Operation;
  change: Change;
  now: string;
  /** null = the change did not apply. */
  after: Step | null;
}

/** Of transitions that are alike, more would show nothing new. */
const ALIKE_KEPT = 6;

export function readCorpus(file: string): RecordedTransition[] {
  return linesOf(gunzipSync(readFileSync(file)).toString('utf8'));
}

export function linesOf(text: string): RecordedTransition[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as RecordedTransition);
}

export function writeCorpus(file: string, transitions: readonly RecordedTransition[]): void {
  const text = transitions.map((transition) => `${JSON.stringify(transition)}\n`).join('');
  writeFileSync(file, gzipSync(text, { level: 9 }));
}

/** A few of each kind, in the order in which they were recorded. */
export function sampled(transitions: Iterable<RecordedTransition>): RecordedTransition[] {
  const counts = new Map<string, number>();
  const kept: RecordedTransition[] = [];
  for (const transition of transitions) {
    const kind = kindOf(transition);
    const count = counts.get(kind) ?? 0;
    if (count >= ALIKE_KEPT) continue;
    counts.set(kind, count + 1);
    kept.push(transition);
  }
  return kept;
}

export function kindOf({ before, change, after }: RecordedTransition): string {
  return [
    change.kind,
    'state' in change ? change.state : '',
    before.state,
    after?.operation.state ?? 'ignored',
    after?.event.type ?? '',
    before.origin,
    before.composite ? 'composite' : before.parentId ? 'step' : 'alone',
    before.calls.map(({ state }) => state).join(),
    before.cancel?.state ?? '',
    before.input?.state ?? '',
  ].join(' ');
}
