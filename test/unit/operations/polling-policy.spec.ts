import { pollingDelay, type PollingSituation } from '../../../src/operations/polling-policy.js';
import { SETTINGS } from '../support/long-work.js';
import { at, BEGINNING, operationIn } from '../support/operation.js';

const MINUTE = 60_000;
const running = operationIn('RUNNING', { startedTime: BEGINNING });
const unknown = operationIn('UNKNOWN');

const TABLE: readonly [string, Partial<PollingSituation> & { age: number }, number][] = [
  ['young', { age: 0 }, 5_000],
  ['just under two minutes old', { age: 2 * MINUTE - 1 }, 5_000],
  ['two minutes old', { age: 2 * MINUTE }, 10_000],
  ['ten minutes old', { age: 10 * MINUTE }, 20_000],
  ['a day old', { age: 1_440 * MINUTE }, 20_000],
  ['young, after one failed look', { age: 0, failures: 1 }, 10_000],
  ['young, after three failed looks', { age: 0, failures: 3 }, 40_000],
  ['young, after many failed looks', { age: 0, failures: 50 }, 60_000],
  ['old, after one failed look', { age: 10 * MINUTE, failures: 1 }, 20_000],
  ['young, when the upstream asks for patience', { age: 0, retryAfterMs: 7_000 }, 7_000],
  [
    'young, when the upstream asks for more patience than our slowest',
    { age: 0, retryAfterMs: 5 * MINUTE },
    5 * MINUTE,
  ],
  ['young, with budget left', { age: 0, budgetUsed: 0.7 }, 5_000],
  ['young, where the budget runs low', { age: 0, budgetUsed: 0.75 }, 10_000],
  ['young, where the budget is used', { age: 0, budgetUsed: 1.2 }, 20_000],
  ['old, where the budget runs low', { age: 10 * MINUTE, budgetUsed: 0.8 }, 20_000],
  ['for a person to decide', { age: 0, open: [unknown] }, 60_000],
  ['for a person to decide for just under a day', { age: 1_440 * MINUTE - 1, open: [unknown] }, 60_000],
  [
    'for a person to decide for longer than a day',
    { age: 1_440 * MINUTE + 1_001, open: [unknown] },
    10 * MINUTE,
  ],
  [
    'for a person to decide, one for longer than a day and one for less',
    { age: 1_441 * MINUTE, open: [unknown, operationIn('UNKNOWN', { calls: [], updatedTime: at(3_600) })] },
    60_000,
  ],
  ['young beside one for a person to decide', { age: 0, open: [unknown, running] }, 5_000],
];

it.each(TABLE)('a site whose operation is %s', (_name, { age, ...situation }, delay) => {
  const now = Date.parse(BEGINNING) + age;
  const usual = { settings: SETTINGS, open: [running], failures: 0, retryAfterMs: null };
  expect(pollingDelay({ ...usual, ...situation, now })).toBe(delay);
});

it('the youngest operation sets the pace', () => {
  const older = operationIn('RUNNING', { startedTime: at(-3_600) });
  const situation = { settings: SETTINGS, failures: 0, retryAfterMs: null, now: Date.parse(BEGINNING) };
  expect(pollingDelay({ ...situation, open: [older] })).toBe(20_000);
  expect(pollingDelay({ ...situation, open: [older, running] })).toBe(5_000);
});

it('a pace slower than a minute stays as it was chosen', () => {
  const settings = { ...SETTINGS, pollIntervalMs: 5 * MINUTE };
  const situation = { settings, failures: 2, retryAfterMs: null, now: Date.parse(BEGINNING) };
  expect(pollingDelay({ ...situation, open: [running] })).toBe(5 * MINUTE);
  expect(pollingDelay({ ...situation, open: [unknown] })).toBe(5 * MINUTE);
});

it('patience that the upstream asks for holds for operations of a person, too', () => {
  const situation = { settings: SETTINGS, failures: 1, retryAfterMs: 5 * MINUTE, now: Date.parse(BEGINNING) };
  expect(pollingDelay({ ...situation, open: [unknown] })).toBe(5 * MINUTE);
});
