import { judgeExternal } from '../../../src/domain/external-verdict.js';
import type { JobState, Observation, ResourceFacts } from '../../../src/domain/observation.js';
import type { Operation } from '../../../src/domain/operation.js';
import { sdrsDescriptor } from '../../../src/providers/sdrs/sdrs.descriptor.js';
import { srmDescriptor } from '../../../src/providers/srm/srm.descriptor.js';
import { at, call, command, operation } from '../support/operation.js';

const facts = (word: string, activeSite: ResourceFacts['activeSite'] = 'PRODUCTION'): ResourceFacts => ({
  exists: true,
  name: 'erp',
  state: 'PROTECTED',
  word,
  activeSite,
  nextDirection: null,
});
const GONE: ResourceFacts = { ...facts('', null), exists: false, name: null, state: 'UNKNOWN' };

function seen(resource: ResourceFacts | null, jobs: JobState[] = []): Observation {
  return {
    operationId: 'one',
    jobs: jobs.map((state, i) => ({
      id: `job-${i}`,
      state,
      word: state.toLowerCase(),
      progressPercent: null,
      error: state === 'FAILED' ? { code: 'X1', message: 'it broke' } : null,
    })),
    resource,
    progressPercent: null,
    steps: [],
    prompts: [],
    createdId: null,
    warnings: [],
  };
}

function begun(action: Operation['action'], changes: Partial<Operation> = {}): Operation {
  return operation({
    origin: 'EXTERNAL',
    state: 'RUNNING',
    action,
    direction: null,
    command: command({ action, direction: null }),
    calls: [],
    startedTime: at(1),
    ...changes,
  });
}

const CANCELLED_ON_REQUEST: Partial<Operation> = {
  cancel: { requestedBy: 'ada', requestedTime: at(2), state: 'ACCEPTED', detail: null, overBy: null },
};

type Expected =
  'KEEP_WATCHING' | 'UNSETTLED' | `${'now' | 'later'} ${'SUCCEEDED' | 'FAILED' | 'CANCELLED'} ${string}`;

function judged(one: Operation, observation: Observation, provider: 'sdrs' | 'srm'): Expected {
  const { lifecycle } = provider === 'sdrs' ? sdrsDescriptor : srmDescriptor;
  const judgement = judgeExternal(one, lifecycle, observation);
  if (judgement.kind === 'KEEP_WATCHING') return judgement.kind;
  if (judgement.kind === 'VERDICT') return `now ${judgement.state} ${judgement.outcome}`;
  return judgement.then ? `later ${judgement.then.state} ${judgement.then.outcome}` : 'UNSETTLED';
}

const SDRS: [string, Operation, Observation, Expected][] = [
  ['a failover that still runs', begun('FAILOVER'), seen(facts('failing-over')), 'KEEP_WATCHING'],
  ['what another action passes through', begun('FAILOVER'), seen(facts('reprotecting')), 'KEEP_WATCHING'],
  ['what could not be read', begun('FAILOVER'), seen(null), 'KEEP_WATCHING'],
  ['a word of tomorrow', begun('FAILOVER'), seen(facts('levitating')), 'UNSETTLED'],
  ['its good end', begun('FAILOVER'), seen(facts('failed-over', 'RECOVERY')), 'now SUCCEEDED FULL'],
  [
    'its good end, seen from where it began',
    begun('FAILOVER', { before: facts('protected'), direction: 'TO_RECOVERY' }),
    seen(facts('failed-over', 'RECOVERY')),
    'now SUCCEEDED FULL',
  ],
  [
    'its bad end',
    begun('FAILOVER', { before: facts('protected') }),
    seen(facts('error-failing-over')),
    'now FAILED PARTIAL',
  ],
  [
    'the bad end that it began from, which an old list would show too',
    begun('FAILOVER', { before: facts('error-failing-over') }),
    seen(facts('error-failing-over')),
    'later FAILED PARTIAL',
  ],
  [
    'where it began, which an old list would show too',
    begun('FAILOVER', { before: facts('protected'), direction: 'TO_RECOVERY' }),
    seen(facts('protected')),
    'later CANCELLED NONE',
  ],
  ['where it could have begun', begun('FAILOVER'), seen(facts('protected')), 'later CANCELLED NONE'],
  ['where it does not lead', begun('FAILOVER'), seen(facts('available')), 'later FAILED PARTIAL'],
  ['a group that is gone', begun('FAILOVER'), seen(GONE), 'later FAILED PARTIAL'],
  [
    'a planned failover that turned the group',
    begun('PLANNED_FAILOVER', { before: facts('protected'), direction: 'TO_RECOVERY' }),
    seen(facts('protected', 'RECOVERY')),
    'now SUCCEEDED FULL',
  ],
  [
    'a planned failover that turned nothing',
    begun('PLANNED_FAILOVER', { before: facts('protected'), direction: 'TO_RECOVERY' }),
    seen(facts('protected')),
    'later CANCELLED NONE',
  ],
  [
    'a planned failover of which nobody saw the beginning',
    begun('PLANNED_FAILOVER'),
    seen(facts('protected', 'RECOVERY')),
    'later SUCCEEDED FULL',
  ],
  ['a removal that removed it', begun('DELETE_PROTECTION_GROUP'), seen(GONE), 'now SUCCEEDED FULL'],
  [
    'a removal that did not',
    begun('DELETE_PROTECTION_GROUP', { before: facts('available') }),
    seen(facts('error-deleting')),
    'now FAILED PARTIAL',
  ],
  [
    'a creation that is done',
    begun('CREATE_PROTECTION_GROUP'),
    seen(facts('available')),
    'now SUCCEEDED FULL',
  ],
  ['a creation that failed', begun('CREATE_PROTECTION_GROUP'), seen(facts('error')), 'now FAILED PARTIAL'],
  ['a creation that cannot be seen', begun('CREATE_PROTECTION_GROUP'), seen(GONE), 'later FAILED PARTIAL'],
  ['a drill that is being set up', begun('START_DRILL'), seen(facts('creating')), 'KEEP_WATCHING'],
  ['a drill that stands', begun('START_DRILL'), seen(facts('available')), 'now SUCCEEDED FULL'],
  ['a drill that failed', begun('START_DRILL'), seen(facts('error')), 'now FAILED PARTIAL'],
  [
    'a drill that is removed',
    begun('CLEAN_UP_DRILL', { before: facts('available') }),
    seen(GONE),
    'now SUCCEEDED FULL',
  ],
];

const withJob = { calls: [call('ACCEPTED', { adopted: true })] };
const SRM: [string, Operation, Observation, Expected][] = [
  [
    'a run that has just been queued',
    begun('FAILOVER', withJob),
    seen(facts('READY_STATE'), ['QUEUED']),
    'KEEP_WATCHING',
  ],
  [
    'a run that waits for a person',
    begun('FAILOVER'),
    seen(facts('WAITING_FOR_USER_INPUT')),
    'KEEP_WATCHING',
  ],
  [
    'a run of which the task is over before the plan shows it',
    begun('FAILOVER', withJob),
    seen(facts('RECOVERY_IN_PROGRESS'), ['SUCCEEDED']),
    'KEEP_WATCHING',
  ],
  [
    'a run that both say to be done',
    begun('FAILOVER', withJob),
    seen(facts('RECOVERY_COMPLETE'), ['SUCCEEDED']),
    'now SUCCEEDED FULL',
  ],
  [
    'a run whose task is forgotten',
    begun('FAILOVER', withJob),
    seen(facts('RECOVERY_COMPLETE'), ['GONE']),
    'now SUCCEEDED FULL',
  ],
  [
    'a task that failed before anything moved',
    begun('START_DRILL', { ...withJob, before: facts('READY_STATE') }),
    seen(facts('READY_STATE'), ['FAILED']),
    'now FAILED NONE',
  ],
  [
    'a task that failed half way',
    begun('FAILOVER', { ...withJob, before: facts('READY_STATE') }),
    seen(facts('INCOMPLETE_RECOVERY'), ['FAILED']),
    'now FAILED PARTIAL',
  ],
  [
    'a task that was cancelled',
    begun('FAILOVER', { ...withJob, before: facts('READY_STATE') }),
    seen(facts('INCOMPLETE_RECOVERY'), ['CANCELLED']),
    'now CANCELLED PARTIAL',
  ],
  [
    'a task that succeeded where the plan shows nothing of it',
    begun('FAILOVER', { ...withJob, before: facts('READY_STATE') }),
    seen(facts('READY_STATE'), ['SUCCEEDED']),
    'later CANCELLED NONE',
  ],
  [
    'a test that was stopped from here',
    begun('START_DRILL', { ...CANCELLED_ON_REQUEST, before: facts('READY_STATE') }),
    seen(facts('TEST_COMPLETE')),
    'now CANCELLED PARTIAL',
  ],
  [
    'a test that ended before it could be stopped',
    begun('START_DRILL', { ...CANCELLED_ON_REQUEST, ...withJob }),
    seen(facts('TEST_COMPLETE'), ['SUCCEEDED']),
    'now SUCCEEDED FULL',
  ],
  [
    'a recovery that was stopped from here',
    begun('FAILOVER', { ...CANCELLED_ON_REQUEST, before: facts('READY_STATE') }),
    seen(facts('INCOMPLETE_RECOVERY')),
    'now CANCELLED PARTIAL',
  ],
  ['a server that cannot tell', begun('FAILOVER'), seen(facts('UNKNOWN_STATE')), 'UNSETTLED'],
  ['a recovery begun at the other site', begun('FAILOVER'), seen(facts('RECOVERY_STARTED')), 'UNSETTLED'],
  [
    'a change without states whose task is over',
    begun('UPDATE_RECOVERY_PLAN', withJob),
    seen(facts('READY_STATE'), ['SUCCEEDED']),
    'now SUCCEEDED FULL',
  ],
  [
    'a change without states whose task is forgotten',
    begun('UPDATE_RECOVERY_PLAN', withJob),
    seen(facts('READY_STATE'), ['GONE']),
    'later FAILED PARTIAL',
  ],
  [
    'a plan that others hold again',
    begun('FAILOVER'),
    seen(facts('PROTECTION_GROUPS_IN_USE')),
    'later FAILED PARTIAL',
  ],
];

describe('an operation that was begun outside is judged by where it rests', () => {
  it.each(SDRS)('sdrs: %s', (_what, one, observation, expected) => {
    expect(judged(one, observation, 'sdrs')).toBe(expected);
  });

  it.each(SRM)('srm: %s', (_what, one, observation, expected) => {
    expect(judged(one, observation, 'srm')).toBe(expected);
  });
});

describe('of which nothing has moved for long', () => {
  const judgement = (resource: ResourceFacts | null, jobs: JobState[] = []) =>
    judgeExternal(begun('FAILOVER'), srmDescriptor.lifecycle, seen(resource, jobs), true);

  it('is for a person to judge when a job runs on while the target rests', () => {
    expect(judgement(facts('READY_STATE'), ['RUNNING'])).toMatchObject({
      kind: 'UNSETTLED',
      evidence: 'The upstream says running of job-0, yet the target rests: it is READY_STATE.',
    });
  });

  it('is for a person to judge when nothing can be seen of the target', () => {
    expect(judgement(null).kind).toBe('UNSETTLED');
  });

  it('goes on being watched while the target is seen at work', () => {
    expect(judgement(facts('RECOVERY_IN_PROGRESS'), ['RUNNING'])).toEqual({ kind: 'KEEP_WATCHING' });
  });
});

it.each([
  ['sdrs', sdrsDescriptor],
  ['srm', srmDescriptor],
] as const)(
  '%s: in every state that rests and is known, every action comes to an end',
  (provider, descriptor) => {
    const { actions, states } = descriptor.lifecycle;
    for (const action of Object.keys(actions) as Operation['action'][]) {
      const kind = actions[action]?.observes === 'DRILL' ? 'DRILL' : 'RECOVERY_PLAN';
      for (const [word, { passing, state }] of Object.entries(states[kind])) {
        if (passing || state === 'UNKNOWN') continue;
        const one = begun(action, { target: { type: 'RECOVERY_PLAN', id: 'alpha.erp', name: 'erp' } });
        const row = actions[action];
        const known = row?.observes === 'DRILL' || action.endsWith('FAILOVER') || action === 'REPROTECT';
        if (known)
          expect([action, word, judged(one, seen(facts(word)), provider)]).not.toContain('KEEP_WATCHING');
        if (known)
          expect([action, word, judged(one, seen(facts(word)), provider)]).not.toContain('UNSETTLED');
      }
    }
  },
);
