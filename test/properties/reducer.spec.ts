import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { reduce, TRANSITIONS, type Step } from '../../src/domain/operation-machine.js';
import type { Change } from '../../src/domain/operation-change.js';
import { isVerdict, type Operation } from '../../src/domain/operation.js';
import { at, operation } from '../unit/support/operation.js';
import { changeOf, moves, submissionOf, type Move } from './reducer-runs.js';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 1_000);
const PATIENCE_MS = 60_000 + RUNS * 20;

interface Turn {
  before: Operation;
  change: Change;
  now: string;
  step: Step | null;
}

/** Carries the moves out one after the other, whether they apply or not. */
function played(all: readonly Move[]): Turn[] {
  const attempts: string[] = [];
  let before = operation();
  return all.map((move, i) => {
    const change = changeOf(move, i, attempts);
    if (change.kind === 'INTENT') attempts.push(change.attempt.id);
    const now = at(i + 1);
    const turn = { before, change, now, step: reduce(before, change, now) };
    before = turn.step?.operation ?? before;
    return turn;
  });
}

function always(name: string, holds: (turn: Turn, earlier: readonly Turn[]) => void): void {
  const ofEach = fc.property(moves, (all) => {
    const turns = played(all);
    for (const [i, turn] of turns.entries()) holds(turn, turns.slice(0, i));
  });
  it(name, () => fc.assert(ofEach, { numRuns: RUNS }), PATIENCE_MS);
}

describe('whatever happens to an operation, in whatever order', () => {
  always('a verdict closes the record', ({ before, step }) => {
    if (isVerdict(before.state)) expect(step).toBeNull();
  });

  always(
    'each change that applies is one version, one event, and a way that the table knows',
    ({ before, step, now }) => {
      if (!step) return;
      expect(step.operation.version).toBe(before.version + 1);
      expect(step.operation.updatedTime).toBe(now);
      expect(step.event).toMatchObject({ operationId: before.id, time: now });
      expect(TRANSITIONS[step.operation.state]).toContain(before.state);
      expect(step.operation.endedTime).toBe(isVerdict(step.operation.state) ? now : null);
    },
  );

  always('the record that a change was made of is not touched', ({ before, change, now }) => {
    const was = JSON.stringify(before);
    reduce(before, change, now);
    expect(JSON.stringify(before)).toBe(was);
  });

  always(
    'a record that went through the store is the same record, and goes on in the same way',
    ({ before, change, now, step }) => {
      const stored = JSON.parse(JSON.stringify(before)) as Operation;
      // Undefined fields are the difference that JSON makes.
      expect(isDeepStrictEqual(stored, before)).toBe(true);
      expect(isDeepStrictEqual(reduce(stored, change, now), step)).toBe(true);
    },
  );

  always('no more than one request is on its way', ({ step }) => {
    const sending = step?.operation.calls.filter(({ state }) => state === 'SENDING') ?? [];
    expect(sending.length).toBeLessThan(2);
  });

  always(
    'a call is sent again only after its last sender said that nothing was sent',
    ({ before, change, step }, earlier) => {
      if (change.kind !== 'INTENT' || !step) return;
      const begun = earlier.filter(
        (turn) => turn.step && turn.change.kind === 'INTENT' && turn.change.callIndex === change.callIndex,
      );
      const last = begun.at(-1)?.change;
      if (last?.kind !== 'INTENT') return;
      const takenBack = earlier.some(
        (turn) => turn.step && turn.change.kind === 'NOT_SENT' && turn.change.attemptId === last.attempt.id,
      );
      expect(takenBack).toBe(true);
      expect(submissionOf(before, change.callIndex).attempt).toBeNull();
    },
  );

  always('while a send is ambiguous, nothing is sent', ({ before, change, step }) => {
    if (before.calls.some(({ state }) => state === 'AMBIGUOUS') && change.kind === 'INTENT') {
      expect(step).toBeNull();
    }
  });

  always('what the upstream accepted stays accepted, with its jobs', ({ before, step }) => {
    if (!step) return;
    for (const [i, { state, ref }] of before.calls.entries()) {
      if (state === 'ACCEPTED') expect(submissionOf(step.operation, i)).toMatchObject({ state, ref });
    }
  });

  always('who asked, for what, upon which groups is never changed', ({ before, step }) => {
    const same = ({
      id,
      siteId,
      command,
      lockedGroupIds,
      requestedBy,
      createdTime,
      expected,
    }: Operation) => ({ id, siteId, command, lockedGroupIds, requestedBy, createdTime, expected });
    if (step) expect(same(step.operation)).toEqual(same(before));
  });

  always(
    'an answer to an attempt that is not the last word of its call changes nothing',
    ({ before, change, step }) => {
      if (!('attemptId' in change)) return;
      const known = before.calls.some(
        ({ attempt, state }) =>
          attempt?.id === change.attemptId && (state === 'SENDING' || state === 'AMBIGUOUS'),
      );
      if (!known) expect(step).toBeNull();
    },
  );
});
