import { judgeRecovery } from '../../../src/domain/objectives.js';

describe('a promised recovery time of 60 seconds', () => {
  const judged = (state: string, outcome: string | null, seconds: number) =>
    judgeRecovery(60, { state, outcome, totalMs: 1_000 * seconds });

  it.each([
    ['SUCCEEDED', 'FULL', 60, 'MET'],
    ['SUCCEEDED', 'FULL', 61, 'MISSED'],
    ['SUCCEEDED', 'PARTIAL', 60, 'NOT_MEASURED'],
    ['SUCCEEDED', 'PARTIAL', 61, 'MISSED'],
    ['FAILED', 'NONE', 60, 'NOT_MEASURED'],
    ['FAILED', 'NONE', 61, 'MISSED'],
    ['CANCELLED', 'NONE', 61, 'NOT_MEASURED'],
    ['RUNNING', null, 61, 'NOT_MEASURED'],
  ])('and a recovery that is %s (%s) after %d seconds: %s', (state, outcome, seconds, expected) => {
    expect(judged(state, outcome, seconds)).toBe(expected);
  });

  it('is not measured by nothing, and judged only where it was promised', () => {
    expect(judgeRecovery(60, null)).toBe('NOT_MEASURED');
    expect(judgeRecovery(null, { state: 'FAILED', outcome: 'NONE', totalMs: 1 })).toBeNull();
  });
});
