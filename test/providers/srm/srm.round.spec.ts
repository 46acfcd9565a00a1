import type { JobState } from '../../../src/domain/observation.js';
import { createBaseline } from '../../../src/providers/srm/evidence/srm.baseline.js';
import { lookAt, type Round } from '../../../src/providers/srm/watching/srm.round.js';
import { command } from './appliance.js';

const WHOLE = { items: [], gaps: [], gapFields: [], total: 0 };

/** A round in which the tasks are in these states, and no group is there. */
function round(states: readonly JobState[], gaps: string[] = []): Round {
  const jobs = states.map((state, i) => ({
    id: `t${i}`,
    state,
    word: null,
    progressPercent: null,
    error: null,
  }));
  return {
    tasks: { jobs: () => jobs, of: () => null } as unknown as Round['tasks'],
    plans: null,
    groups: { ...WHOLE, gaps } as unknown as Round['groups'],
    homes: new Map(),
    planOf: null,
    groupOf: new Map(),
  };
}

const creation = {
  operationId: 'op-1',
  command: command('CREATE_PROTECTION_GROUP', { targetNativeId: null, group: { name: 'web' } }),
  baseline: createBaseline('web', [], { items: [], gaps: [] } as never),
  calls: [],
};

describe('a group that was to be made and is not there', () => {
  it.each<[string, JobState[], boolean]>([
    ['is waited for while a task may still make it', ['RUNNING'], true],
    ['is not waited for when the task failed', ['FAILED'], false],
    ['is not waited for when the task is forgotten', ['GONE'], false],
    ['is not waited for when the task ended well', ['SUCCEEDED'], false],
    ['is not waited for when it was concluded from evidence alone', [], false],
  ])('%s', (_what, states, waits) => {
    const look = lookAt(creation, round(states));
    expect(look?.resource?.exists ?? null).toBe(waits ? null : false);
  });

  it('may be in the part of a list that is not told', () => {
    expect(lookAt(creation, round(['GONE'], ['half of it']))?.resource).toBeNull();
  });
});
