import { readRollUp, writeRollUp } from '../../../src/history/statistics/cells.js';
import { mergedAll, nothing, rollUpOf } from '../../../src/history/statistics/roll-up.js';
import type { Operation } from '../../../src/domain/operation.js';
import { at } from '../support/operation.js';
import { endedOperation } from './ended-work.js';

const ended = (states: readonly Operation['state'][]) =>
  mergedAll(
    states.map(
      (state, day) =>
        rollUpOf(
          endedOperation(60, { state, createdTime: at(day * 86_400), endedTime: at(day * 86_400 + 60) }),
        ) ?? nothing(),
    ),
  );

describe('what operations come to', () => {
  it.each<[Operation['state'][], (string | undefined)[]]>([
    [[], [undefined, undefined, undefined]],
    [['SUCCEEDED'], ['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']],
    [['REJECTED'], ['REJECTED', undefined, undefined]],
    [
      ['SUCCEEDED', 'REJECTED'],
      ['REJECTED', 'SUCCEEDED', 'SUCCEEDED'],
    ],
    [
      ['SUCCEEDED', 'FAILED', 'REJECTED'],
      ['REJECTED', 'FAILED', 'SUCCEEDED'],
    ],
    [
      ['FAILED', 'REJECTED', 'CANCELLED'],
      ['CANCELLED', 'CANCELLED', undefined],
    ],
  ])('of %j is the same after it was written and read', (states, last) => {
    const sum = ended(states);
    expect([sum.last?.state, sum.lastDone?.state, sum.lastSucceeded?.state]).toEqual(last);
    expect(readRollUp(writeRollUp(sum))).toEqual(sum);
  });
});
