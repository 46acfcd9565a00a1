import { KeptPlaces } from '../../../../src/platform/queue/kept-places.js';

/** Comes again and again until there is none for it, and stays. */
function fill(places: KeptPlaces, who: string): number {
  let got = 0;
  for (; places.hasOneFor(who); got += 1) void places.within(who, () => new Promise(() => undefined));
  return got;
}

it('gives one that comes alone as many as one may have', () => {
  expect(fill(new KeptPlaces(64, 8), 'a')).toBe(8);
});

it('has one left for whoever comes next while many keep theirs, whatever they ask for', () => {
  const places = new KeptPlaces(64, 8);
  const got = Array.from({ length: 12 }, (_, n) => fill(places, `site-${n}`));
  expect(got.slice(0, 4)).toEqual([8, 8, 8, 8]);
  expect(got[4]).toBeGreaterThan(4);
  expect(Math.min(...got)).toBe(1);
});

it('gives nobody more than there are', () => {
  const places = new KeptPlaces(3, 8);
  expect(Array.from({ length: 5 }, (_, n) => fill(places, `site-${n}`))).toEqual([1, 1, 1, 0, 0]);
});

it('takes a place back from what ended and from what failed', async () => {
  const places = new KeptPlaces(1, 8);
  expect(await places.within('a', () => Promise.resolve('DONE'))).toBe('DONE');
  await expect(places.within('a', () => Promise.reject(new Error('it broke')))).rejects.toThrow('it broke');
  expect(places.hasOneFor('b')).toBe(true);
  expect((places as unknown as { taken: Map<string, number> }).taken.size).toBe(0);
});
