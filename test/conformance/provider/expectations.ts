import { ProviderError } from '../../../src/providers/provider-error.js';
import type { DrAction } from '../../../src/domain/dr-action.js';
import type { ConformanceSubject, Harness } from './harness.js';

/** The actions on groups and plans as a whole; those on their parts have a chapter of their own. */
export const MAIN_ACTIONS = [
  'CREATE_PROTECTION_GROUP',
  'UPDATE_PROTECTION_GROUP',
  'DELETE_PROTECTION_GROUP',
  'ENABLE_PROTECTION',
  'DISABLE_PROTECTION',
  'PLANNED_FAILOVER',
  'FAILOVER',
  'REPROTECT',
  'START_DRILL',
  'CLEAN_UP_DRILL',
] as const satisfies readonly DrAction[];
export type MainAction = (typeof MAIN_ACTIONS)[number];

/** Those of them that this provider declares, to be tested one by one. */
export function declaredActions({ factory }: ConformanceSubject): DrAction[] {
  return MAIN_ACTIONS.filter((action) => factory.descriptor.lifecycle.actions[action]);
}

/** How an action or a read is set up on this upstream. */
export function staged<Name extends string, Stage>(
  stages: Readonly<Partial<Record<Name, Stage>>>,
  name: Name,
): Stage {
  const stage = stages[name];
  if (!stage) throw new RangeError(`${name} is declared, and nothing is set up for it here`);
  return stage;
}

/** A harness of its own for every test of the surrounding `describe`. */
export function aHarness(subject: ConformanceSubject): () => Harness {
  let harness: Harness | null = null;
  beforeEach(async () => {
    harness = await subject.createHarness();
  });
  afterEach(async () => {
    await harness?.close();
    harness = null;
  });
  return () => {
    if (!harness) throw new Error('the harness exists only while a test runs');
    return harness;
  };
}

/** The error that a call must end in; a driver throws `ProviderError` and nothing else. */
export async function errorOf(call: Promise<unknown>): Promise<ProviderError> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) throw new Error(`expected an error, got ${JSON.stringify(outcome.value)}`);
  expect(outcome.error).toBeInstanceOf(ProviderError);
  return outcome.error as ProviderError;
}

/** How many more of something there are after a call than before. */
export async function added(list: () => readonly unknown[], call: () => Promise<unknown>): Promise<number> {
  const before = list().length;
  await call();
  return list().length - before;
}

/** Waits, without a clock, until what is asked has come true. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
