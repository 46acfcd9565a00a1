import { TRANSITIONS } from '../../../src/domain/operation-machine.js';
import { isVerdict, OPERATION_STATES, type OperationState } from '../../../src/domain/operation.js';

const UNFINISHED = OPERATION_STATES.filter((state) => !isVerdict(state));

/** Every state that can be reached from one, over any number of changes. */
function reachableFrom(start: OperationState): Set<OperationState> {
  const reached = new Set<OperationState>([start]);
  for (let size = 0; size < reached.size;) {
    size = reached.size;
    for (const state of OPERATION_STATES) {
      if (TRANSITIONS[state].some((from) => reached.has(from))) reached.add(state);
    }
  }
  return reached;
}

describe('the table of transitions', () => {
  it('says of every state from where it may be reached', () => {
    expect(Object.keys(TRANSITIONS).sort()).toEqual([...OPERATION_STATES].sort());
  });

  it('names no state twice in a row of the table', () => {
    for (const row of Object.values(TRANSITIONS)) expect(new Set(row).size).toBe(row.length);
  });

  it('reaches every state from PENDING', () => {
    expect([...reachableFrom('PENDING')].sort()).toEqual([...OPERATION_STATES].sort());
  });

  it.each(UNFINISHED)('leads from %s to a verdict', (state) => {
    expect([...reachableFrom(state)].some(isVerdict)).toBe(true);
  });

  it('leads nowhere from a verdict', () => {
    expect(Object.values(TRANSITIONS).flat().filter(isVerdict)).toEqual([]);
  });

  it('leads back to nothing-sent only while no answer of the upstream is known', () => {
    expect([...TRANSITIONS.PENDING].sort()).toEqual(['PENDING', 'RECONCILING', 'SUBMITTING', 'UNKNOWN']);
  });

  it('never succeeds or fails what was not taken by the upstream', () => {
    for (const state of ['PENDING', 'SUBMITTING'] as const) {
      expect(TRANSITIONS.SUCCEEDED).not.toContain(state);
      expect(TRANSITIONS.FAILED).not.toContain(state);
    }
  });

  it('never rejects what the upstream is known to have taken', () => {
    for (const state of ['RUNNING', 'WAITING_FOR_INPUT', 'CANCELLING'] as const)
      expect(TRANSITIONS.REJECTED).not.toContain(state);
  });
});
