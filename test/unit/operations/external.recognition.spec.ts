import type { Observation } from '../../../src/domain/observation.js';
import type { Change } from '../../../src/domain/operation-change.js';
import { reduce } from '../../../src/domain/operation-machine.js';
import type { Operation } from '../../../src/domain/operation.js';
import { recognition } from '../../../src/operations/external-recognition.js';
import { srmDescriptor } from '../../../src/providers/srm/srm.descriptor.js';
import { at, call, command, operation } from '../support/operation.js';

const LOOKALIKES = 'It may be REPROTECT or START_DRILL instead: from outside they look alike.';

/** A plan that was found waiting for a person, and taken for the gravest of what waits. */
const WAITING: Operation = operation({
  origin: 'EXTERNAL',
  state: 'WAITING_FOR_INPUT',
  action: 'FAILOVER',
  direction: null,
  command: command({ direction: null }),
  warnings: [LOOKALIKES, 'Something else.'],
  upstream: { state: 'WAITING_FOR_USER_INPUT', jobs: [] },
});

function seenIn(word: string): Observation {
  const resource = {
    exists: true,
    name: 'erp',
    state: 'PROTECTED',
    word,
    activeSite: null,
    nextDirection: null,
  } as const;
  const nothing = { jobs: [], progressPercent: null, steps: [], prompts: [], warnings: [], createdId: null };
  return { operationId: WAITING.id, resource, ...nothing };
}

describe('what others began, and was taken for the gravest that it might be', () => {
  it.each([
    ['TEST_IN_PROGRESS', 'START_DRILL'],
    ['TEST_COMPLETE', 'START_DRILL'],
    ['CLEANUP_IN_PROGRESS', 'CLEAN_UP_DRILL'],
    ['REPROTECT_IN_PROGRESS', 'REPROTECT'],
  ] as const)('in %s is %s after all', (word, action) => {
    const change = recognition(WAITING, srmDescriptor.lifecycle, seenIn(word));
    expect(change).toMatchObject({ kind: 'RECOGNIZED', action, warnings: ['Something else.'] });
    const step = change && reduce(WAITING, change, at(60));
    expect(step?.operation).toMatchObject({ state: 'WAITING_FOR_INPUT', action, command: { action } });
    expect(step?.event).toMatchObject({
      type: 'operation.progressed',
      text: `It is ${action}, and not FAILOVER, as was taken for likely: the upstream says ${word}.`,
    });
  });

  it.each(['WAITING_FOR_USER_INPUT', 'RECOVERY_IN_PROGRESS', 'RECOVERY_COMPLETE', 'READY_STATE', 'tomorrow'])(
    'in %s is left as it is',
    (word) => {
      expect(recognition(WAITING, srmDescriptor.lifecycle, seenIn(word))).toBeNull();
    },
  );

  it('is left as it is where a job told it', () => {
    const told = { ...WAITING, calls: [call('ACCEPTED', { adopted: true })] };
    expect(recognition(told, srmDescriptor.lifecycle, seenIn('TEST_COMPLETE'))).toBeNull();
  });

  it('of our own is what was asked for', () => {
    const ours: Operation = { ...WAITING, origin: 'GATEWAY' };
    const change: Change = { kind: 'RECOGNIZED', action: 'START_DRILL', warnings: [], text: '' };
    expect(reduce(ours, change, at(60))).toBeNull();
  });
});
