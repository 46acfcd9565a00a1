import fc from 'fast-check';
import { compareOffsets } from '../../../src/events/event-feed.js';
import { readPlace, writePlace } from '../../../src/events/live-place.js';
import { SHARD_COUNT } from '../../../src/platform/redis/keys.js';

const offset = fc
  .tuple(fc.integer({ min: 1, max: 99_999_999_999_999 }), fc.integer({ min: 0, max: 99_999 }))
  .map(([ms, count]) => `${ms}-${count}`);
const place = fc.array(fc.oneof(fc.constant('0'), offset), {
  minLength: SHARD_COUNT,
  maxLength: SHARD_COUNT,
});

it('a place is read as it was written, whatever it is', () => {
  fc.assert(fc.property(place, (offsets) => expect(readPlace(writePlace(offsets))).toEqual(offsets)));
});

it('what was never given out is no place, and no text breaks the reading', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.string()).map((parts) => parts.join('.')),
      ),
      (text) => {
        const read = readPlace(text);
        if (read) expect(read.every((part) => compareOffsets(part, '0') >= 0)).toBe(true);
      },
    ),
  );
  for (const text of ['', '0', '1893553445000-1', '0.0.0.0.0.0.0', '0.0.0.0.0.0.0.0.0', '0.0.0.0.0.0.0.-1'])
    expect(readPlace(text)).toBeNull();
});
