import { liveFrame, liveFrames } from '../../../src/api/event-frames.js';
import { eventOf } from '../../../src/domain/operation-event.js';
import { subjectOf } from '../../../src/events/event-subject.js';
import { LiveAudience, type News } from '../../../src/events/live-audience.js';
import type { LiveEvent, LiveListener } from '../../../src/events/live-feed.js';
import { SHARDS } from '../../../src/platform/redis/keys.js';
import { at, operation } from '../support/operation.js';

function news(id: string, offset: string): News {
  const one = operation({ id });
  const event = eventOf(one, 'operation.started', 'It began.', at(1));
  return { fed: { shard: 0, offset, event }, subject: subjectOf(one), place: SHARDS.map(() => offset) };
}

const NEWS = [news('alpha.a', '1-0'), news('alpha.b', '2-0'), news('alpha.a', '3-0')];

function hearing(then: () => void = () => undefined) {
  const heard: (readonly LiveEvent[])[] = [];
  const listener: LiveListener = {
    events: (events) => {
      heard.push(events);
      then();
    },
    lost: () => undefined,
  };
  return { heard, listener };
}

const offsets = (heard: readonly (readonly LiveEvent[])[]) =>
  heard.map((events) => events.map(({ fed }) => fed.offset));

describe('an audience', () => {
  it('is told at once what is for each, in order, with shared bytes for those who want the same', async () => {
    const audience = new LiveAudience();
    const [all, too, one, none] = [hearing(), hearing(), hearing(), hearing()];
    audience.add({}, all.listener);
    audience.add({}, too.listener);
    audience.add({ operationId: 'alpha.a' }, one.listener);
    audience.add({ type: ['operation.failed'] }, none.listener);
    await audience.tell(NEWS);
    expect(offsets(all.heard)).toEqual([['1-0', '2-0', '3-0']]);
    expect(offsets(one.heard)).toEqual([['1-0', '3-0']]);
    expect(none.heard).toEqual([]);
    const [[mine = []], [theirs = []]] = [all.heard, too.heard];
    expect(liveFrames(mine)).toBe(liveFrames(theirs));
    expect(liveFrames(mine)).toEqual(Buffer.concat(mine.map(liveFrame)));
    expect(one.heard[0]?.[0]).toBe(mine[0]);
  });

  it('that is large leaves room for other work; who comes or leaves meanwhile is told nothing', async () => {
    const audience = new LiveAudience();
    let isOtherWorkDone = false;
    setImmediate(() => (isOtherWorkDone = true));
    const [coming, leaving] = [hearing(), hearing()];
    let leave: () => void = () => undefined;
    const first = hearing(() => {
      audience.add({}, coming.listener);
      leave();
    });
    audience.add({}, first.listener);
    for (let i = 0; i < 5_000; i += 1) audience.add({}, hearing().listener);
    leave = audience.add({}, leaving.listener);
    let wasDoneBeforeTheLast = false;
    const last = hearing(() => (wasDoneBeforeTheLast = isOtherWorkDone));
    audience.add({}, last.listener);
    await audience.tell(NEWS);
    expect([wasDoneBeforeTheLast, offsets(last.heard)]).toEqual([true, [['1-0', '2-0', '3-0']]]);
    expect([coming.heard, leaving.heard]).toEqual([[], []]);
  });
});
