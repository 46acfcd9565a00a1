import type { FastifyReply } from 'fastify';
import type { LastingAccess } from '../../../src/api/access/lasting-access.js';
import type { EventReaders } from '../../../src/api/http/event-readers.js';
import type { SseChannel } from '../../../src/api/http/sse-channel.js';
import { LivePlaces } from '../../../src/api/live-places.js';
import { LiveStreams } from '../../../src/api/live-streams.js';
import type { OpenOperationsReading } from '../../../src/api/open-operations.js';
import type { ToldOperations } from '../../../src/api/told-operations.js';
import { Scope } from '../../../src/domain/access/scope.js';
import type { LiveFeed } from '../../../src/events/live-feed.js';
import { writePlace, type LivePlace } from '../../../src/events/live-place.js';
import { SHARDS } from '../../../src/platform/redis/keys.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { gate } from '../support/gate.js';
import { TestClock } from '../support/test-clock.js';

const PLACE: LivePlace = SHARDS.map(() => '5-0');

/** Readers who come back to a process that seems to hold everything, until it is told to each. */
function comingBack() {
  const [held, asking] = [gate(), gate()];
  let [reading, cut, live] = [0, 0, 0];
  const feed = {
    follow: () => ({ place: PLACE, leave: () => undefined }),
    resetFrom: () => Promise.resolve(null),
    holdsAfter: () => true,
    async *between(_from: LivePlace, _until: LivePlace, _filter: object, onStore: () => void) {
      await held.pass();
      for (let shard = 0; shard < 2; shard += 1) {
        onStore();
        reading += shard === 0 ? 1 : 0;
        await asking.pass();
        yield [];
      }
      live += 1;
    },
  };
  const channel = { drained: () => Promise.resolve(), isClosed: false, cut: () => void (cut += 1) };
  const seat = { open: () => channel as unknown as SseChannel, leave: () => undefined };
  const streams = new LiveStreams(
    feed as unknown as LiveFeed,
    { take: () => seat } as unknown as EventReaders,
    {} as OpenOperationsReading,
    {} as ToldOperations,
    new TestClock(),
    new LivePlaces('a secret'),
    { watch: () => () => undefined } as unknown as LastingAccess,
  );
  const principal = { id: 'one', kind: 'API_KEY', grants: [] } as const;
  const access = { principal, seen: Scope.ALL, held: Scope.ALL };
  const comeBack = () => streams.stream(access, {}, {} as FastifyReply, writePlace(PLACE));
  return { comeBack, held, asking, counts: () => ({ reading, cut, live }) };
}

it('readers who find only later that the store must be asked take a place for that too, and come back if there is none', async () => {
  const { comeBack, held, asking, counts } = comingBack();
  for (let i = 0; i < 40; i += 1) await comeBack();
  held.open();
  await eventuallyTrue('eight are cut off', () => counts().cut === 8);
  expect(counts()).toEqual({ reading: 32, cut: 8, live: 0 });
  asking.open();
  await eventuallyTrue('the others go on', () => counts().live === 32);
  for (let i = 0; i < 32; i += 1) await comeBack();
  await eventuallyTrue('their places were given back', () => counts().live === 64);
  expect(counts().cut).toBe(8);
});
