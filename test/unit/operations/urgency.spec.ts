import { turnOf } from '../../../src/operations/urgency.js';
import { urgentFirst } from '../../../src/operations/urgent-steps.js';
import type { Operation } from '../../../src/domain/operation.js';
import { aheadOfAll, inLane, laneNow } from '../../../src/providers/lanes.js';
import { operation } from '../support/operation.js';

const request = { requestedBy: 'somebody', requestedTime: '2030-01-01T00:00:00.000Z', attempts: 0 };

const URGENT: [string, Partial<Operation>][] = [
  ['a failover', { action: 'FAILOVER' }],
  ['a planned failover', { action: 'PLANNED_FAILOVER' }],
  [
    'the stop of a drill',
    { action: 'START_DRILL', state: 'CANCELLING', cancel: { ...request, state: 'REQUESTED' } as never },
  ],
  [
    'an answer to a prompt',
    { action: 'START_DRILL', input: { ...request, promptId: 'p', state: 'REQUESTED' } as never },
  ],
];
const OTHERS: [string, Partial<Operation>][] = [
  ['a drill', { action: 'START_DRILL' }],
  ['the clean-up of a drill', { action: 'CLEAN_UP_DRILL' }],
  [
    'a drill whose stop has arrived',
    { action: 'START_DRILL', state: 'CANCELLING', cancel: { ...request, state: 'ACCEPTED' } as never },
  ],
];

async function lanesOf(changes: Partial<Operation>) {
  const lanes: string[] = [];
  const around = urgentFirst((_operation, step) => step());
  await around(operation(changes), () => {
    lanes.push(inLane('ACTION', laneNow), aheadOfAll(laneNow));
    return Promise.resolve('DONE');
  });
  return lanes;
}

it.each(URGENT)('%s goes first, and what it asks goes ahead of what others ask', async (_, changes) => {
  expect(turnOf(operation(changes))).toBe('FIRST');
  expect(await lanesOf(changes)).toEqual(['EMERGENCY', 'EMERGENCY']);
});

it.each(OTHERS)('%s waits for its turn', async (_, changes) => {
  expect(turnOf(operation(changes))).toBe('IN_TURN');
  expect(await lanesOf(changes)).toEqual(['ACTION', 'SEND']);
});
