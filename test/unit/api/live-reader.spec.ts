import { LiveReader } from '../../../src/api/live-reader.js';
import type { LiveFeed, LiveListener } from '../../../src/events/live-feed.js';

it('a reader that was still being told what was when the store was lost does not go live over the gap', () => {
  const listeners: LiveListener[] = [];
  const follow: LiveFeed['follow'] = (_filter, listener) => {
    listeners.push(listener);
    return { place: [], leave: () => undefined };
  };
  let losses = 0;
  const reader = new LiveReader({ follow } as unknown as LiveFeed, {}, () => (losses += 1));
  listeners[0]?.lost();
  expect([reader.goLive(() => undefined), losses]).toEqual([false, 1]);
  reader.restart();
  expect(reader.goLive(() => undefined)).toBe(true);
});
