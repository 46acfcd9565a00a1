import type { FedEvent } from '../../../src/events/event-feed.js';
import { heldEvent, RecentEvents } from '../../../src/events/recent-events.js';

const fed = (shard: number, ms: number): FedEvent => ({
  shard,
  offset: `${ms}-0`,
  event: {
    type: 'operation.progressed',
    operationId: 'alpha.1',
    sequence: ms,
    time: '2030-01-01T00:00:00.000Z',
    state: 'RUNNING',
    outcome: null,
    progressPercent: null,
    text: '',
  },
});
const held = (shard: number, ...times: number[]) => times.map((ms) => heldEvent(fed(shard, ms)));
const BYTES = heldEvent(fed(0, 1)).bytes;
const offsets = (recent: RecentEvents, shard: number, from: string, until = '999-0') =>
  recent.between(shard, from, until)?.map(({ fed: { offset } }) => offset) ?? null;

it('holds everything after the place at which it began, of shards that are known', () => {
  const recent = new RecentEvents();
  recent.add(0, held(0, 5));
  expect(offsets(recent, 0, '0')).toBeNull();
  recent.begin(0, '10-0');
  recent.add(0, held(0, 11, 12, 13));
  expect(offsets(recent, 0, '10-0')).toEqual(['11-0', '12-0', '13-0']);
  expect(offsets(recent, 0, '11-0', '12-0')).toEqual(['12-0']);
  expect(offsets(recent, 0, '13-0')).toEqual([]);
  expect(offsets(recent, 0, '9-9')).toBeNull();
  expect(['10-0', '12-0'].map((place) => recent.knows(0, place))).toEqual([true, true]);
  expect(['9-0', '12-5', '14-0'].map((place) => recent.knows(0, place))).toEqual([false, false, false]);
});

it('lets the oldest of all shards go when it holds too much, and says that it does not hold them', () => {
  const recent = new RecentEvents(4 * BYTES);
  for (const shard of [0, 1]) recent.begin(shard, '0');
  recent.add(0, held(0, 1, 5));
  recent.add(1, held(1, 2, 4));
  expect(offsets(recent, 0, '0')).toEqual(['1-0', '5-0']);
  recent.add(1, held(1, 6, 7));
  expect(offsets(recent, 0, '0')).toBeNull();
  expect(offsets(recent, 0, '1-0')).toEqual(['5-0']);
  expect(offsets(recent, 1, '2-0')).toEqual(['4-0', '6-0', '7-0']);
  expect(recent.hasRoom()).toBe(false);
});

it('takes what came before, and forgets a shard that is another one', () => {
  const recent = new RecentEvents();
  recent.begin(2, '20-0');
  recent.add(2, held(2, 21));
  recent.addBefore(2, '9-0', held(2, 10, 20));
  expect(offsets(recent, 2, '9-0')).toEqual(['10-0', '20-0', '21-0']);
  recent.forget(2);
  expect(recent.covers(2, '20-0')).toBe(false);
  expect(recent.hasRoom()).toBe(true);
});

it('takes nothing that came before when there is no room for all of it', () => {
  const recent = new RecentEvents(3 * BYTES);
  recent.begin(2, '20-0');
  recent.add(2, held(2, 21));
  recent.addBefore(2, '9-0', held(2, 10, 11, 20));
  expect(recent.since(2)).toBe('20-0');
  expect(offsets(recent, 2, '20-0')).toEqual(['21-0']);
});
