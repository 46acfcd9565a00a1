import type { ResourceFacts } from '../../../src/domain/observation.js';
import { stepSight } from '../../../src/operations/step-sight.js';
import { memory } from '../../../src/providers/memory/memory.factory.js';
import type { Blocker, Preparation } from '../../../src/providers/provider-driver.js';
import { command } from '../support/operation.js';

const { lifecycle } = memory.descriptor;

const group = (word: string): ResourceFacts => ({
  exists: true,
  name: 'Books',
  state: lifecycle.states.PROTECTION_GROUP[word]?.state ?? 'UNKNOWN',
  word,
  activeSite: null,
  nextDirection: null,
});
const blocker = (marks: Partial<Blocker> = {}): Blocker => ({
  code: 'in-the-way',
  text: 'Something is in the way.',
  remedy: 'Wait.',
  ...marks,
});

function kindOf(word: string, ...blockers: Blocker[]): string {
  const nothing = { groupIds: [], warnings: [], baseline: null, calls: [] };
  const preparation: Preparation = { ...nothing, resource: group(word), blockers };
  return stepSight(command({ action: 'ENABLE_PROTECTION', direction: null }), preparation, lifecycle).kind;
}

it.each<[string, string, Blocker[], string]>([
  ['nothing stands in its way', 'idle', [], 'BEGIN'],
  ['its state is about to pass', 'raising-guard', [], 'WAIT'],
  ['something passes', 'idle', [blocker({ passing: true })], 'WAIT'],
  ['the site is in trouble', 'idle', [blocker({ ofSite: true })], 'WAIT'],
  ['state and obstacle pass', 'raising-guard', [blocker({ passing: true })], 'WAIT'],
  ['one of two obstacles stays', 'idle', [blocker({ passing: true }), blocker()], 'BLOCKED'],
  ['an obstacle stays while the state passes', 'raising-guard', [blocker()], 'BLOCKED'],
  ['there is nothing to do', 'idle', [blocker({ alreadyDone: true })], 'ALREADY_SO'],
  ['it is where the step would bring it', 'guarded', [], 'ALREADY_SO'],
  ['it is there, but something is wrong', 'guarded', [blocker()], 'BLOCKED'],
  [
    'there would be nothing to do, but something passes',
    'idle',
    [blocker({ alreadyDone: true }), blocker({ passing: true })],
    'WAIT',
  ],
])('a step whose turn has come while %s', (_what, word, blockers, kind) => {
  expect(kindOf(word, ...blockers)).toBe(kind);
});
