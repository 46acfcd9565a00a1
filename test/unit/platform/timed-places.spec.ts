import { HangsError, TimedPlaces } from '../../../src/platform/timed-places.js';

const never = (): Promise<never> => new Promise(() => undefined);

/** Work that ends when a test says so. */
function held(): { work: () => Promise<string>; end: () => void; begun: () => number } {
  let end = (): void => undefined;
  let begun = 0;
  const ending = new Promise<string>((resolve) => (end = () => resolve('done')));
  const work = (): Promise<string> => {
    begun += 1;
    return ending;
  };
  return { work, end, begun: () => begun };
}

describe('places for work that may hang', () => {
  it('are taken in order, so many at a time', async () => {
    const places = new TimedPlaces(2, 60_000);
    const [one, two, three] = [held(), held(), held()];
    const all = [one, two, three].map(({ work }) => places.run(work));
    expect([one, two, three].map(({ begun }) => begun())).toEqual([1, 1, 0]);
    one.end();
    await all[0];
    await new Promise(setImmediate);
    expect(three.begun()).toBe(1);
    two.end();
    three.end();
    expect(await Promise.all(all)).toEqual(['done', 'done', 'done']);
  });

  it('tell what the work says', async () => {
    await expect(new TimedPlaces(1, 60_000).run(() => Promise.reject(new Error('EIO')))).rejects.toThrow(
      'EIO',
    );
  });

  it('refuse whoever waits, and whoever comes, while one hangs', async () => {
    const places = new TimedPlaces(1, 60_000);
    const hanging = places.run(never, 1);
    const waiting = places.run(held().work);
    await expect(hanging).rejects.toThrow(HangsError);
    await expect(waiting).rejects.toThrow(HangsError);
    const later = held();
    await expect(places.run(later.work)).rejects.toThrow(HangsError);
    expect(later.begun()).toBe(0);
  });

  it('are free again once what hung has ended after all', async () => {
    const places = new TimedPlaces(1, 60_000);
    const slow = held();
    await expect(places.run(slow.work, 1)).rejects.toThrow(HangsError);
    slow.end();
    await new Promise(setImmediate);
    expect(await places.run(() => Promise.resolve('read'))).toBe('read');
  });
});
