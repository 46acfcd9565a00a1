import { cloudEvent } from '../../../src/events/cloud-event.js';
import { compareOffsets } from '../../../src/events/event-feed.js';
import { eventOf } from '../../../src/domain/operation-event.js';
import { at, operation } from '../support/operation.js';

describe('offsets', () => {
  const INCREASING = ['0', '1-0', '9-5', '10-0', '10-9', '10-10', '1893553445000-0', '1893553445000-1'];

  it('are compared as two numbers, not as text', () => {
    for (const [i, a] of INCREASING.entries())
      for (const [j, b] of INCREASING.entries())
        expect(Math.sign(compareOffsets(a, b))).toBe(Math.sign(i - j));
  });

  it('sort into the order of the stream', () => {
    expect([...INCREASING].reverse().sort(compareOffsets)).toEqual(INCREASING);
  });
});

it('an event is told outward as a CloudEvent whose id is its place in the stream', () => {
  const event = eventOf(operation({ version: 3 }), 'operation.started', 'The upstream accepted it.', at(2));
  expect(cloudEvent({ shard: 3, offset: '1893553445000-1', event })).toEqual({
    specversion: '1.0',
    id: '3.1893553445000-1',
    source: '/v1/operations',
    type: 'operation.started',
    subject: event.operationId,
    time: at(2),
    datacontenttype: 'application/json',
    sequence: 3,
    data: event,
  });
});
