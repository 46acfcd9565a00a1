import fc from 'fast-check';
import { LivePlaces } from '../../../src/api/live-places.js';
import { Scope } from '../../../src/domain/access/scope.js';
import type { LiveEvent } from '../../../src/events/live-feed.js';
import { readPlace, writePlace } from '../../../src/events/live-place.js';
import { SHARDS } from '../../../src/platform/redis/keys.js';

const places = new LivePlaces('a secret');
const PART = Scope.of([], new Map([['a', ['a.p1']]]));
const OTHER = Scope.of([], new Map([['a', ['a.p2']]]));

const anyOffset = fc.oneof(
  fc.constant('0'),
  fc
    .tuple(fc.integer({ min: 1, max: 2 ** 47 }), fc.integer({ min: 0, max: 1_000_000 }))
    .map(([ms, count]) => `${ms}-${count}`),
);
const anyPlace = fc.array(anyOffset, { minLength: SHARDS.length, maxLength: SHARDS.length });

it('a place is told as it is to who sees everything', () => {
  const place = SHARDS.map((shard) => `17000000000${shard}0-${shard}`);
  expect(places.of(Scope.ALL).write(place)).toBe(writePlace(place));
  expect(places.of(Scope.ALL).read(writePlace(place))).toEqual(place);
});

it('to others it is sealed: of one length, another each time, and opened by any process for who sees the same', () => {
  const elsewhere = new LivePlaces('a secret');
  const lengths = new Set<number>();
  fc.assert(
    fc.property(anyPlace, (place) => {
      const words = places.of(PART);
      const [once, again] = [words.write(place), words.write(place)];
      lengths.add(once.length);
      expect(once).not.toBe(again);
      expect(readPlace(once)).toBeNull();
      expect(elsewhere.of(PART).read(once)).toEqual(place);
      expect(words.read(again)).toEqual(place);
      for (const stranger of [places.of(OTHER), places.of(Scope.ALL), new LivePlaces('another').of(PART)])
        expect(stranger.read(once)).toBeNull();
    }),
  );
  expect(lengths.size).toBe(1);
});

it('what was never given to such a reader is no place', () => {
  const words = places.of(PART);
  const sealed = words.write(SHARDS.map(() => '5-0'));
  fc.assert(fc.property(fc.string({ maxLength: 600 }), (text) => expect(words.read(text)).toBeNull()));
  for (let at = 0; at < sealed.length; at += 1) {
    const flipped = sealed[at] === 'A' ? 'B' : 'A';
    const changed = sealed.slice(0, at) + flipped + sealed.slice(at + 1);
    const read = words.read(changed);
    // The last character may hold bits that mean nothing.
    if (at < sealed.length - 1) expect(read).toBeNull();
  }
  expect(words.read(writePlace(SHARDS.map(() => '5-0')))).toBeNull();
});

it('an event names its own operation and no other to who sees a part', () => {
  const id = (i: number) => `alpha.01900000-0000-7000-8000-00000000000${i}`;
  const text = `It waits: Operation ${id(2)} holds a group. See ${id(1)} and operation ${id(3)}.`;
  const body = JSON.stringify({ id: '1.2', data: { operationId: id(1), text } });
  const event = { fed: { event: { text, operationId: id(1) } }, body } as unknown as LiveEvent;
  expect(places.of(Scope.ALL).body(event)).toBe(body);
  expect(JSON.parse(places.of(PART).body(event))).toEqual({
    id: '1.2',
    data: {
      operationId: id(1),
      text: `It waits: Another operation holds a group. See ${id(1)} and another operation.`,
    },
  });
});
