import { Joined } from '../../../src/platform/joined.js';

/** Readings that end when they are told to. */
class Readings {
  readonly ends: ((value: number) => void)[] = [];
  readonly read = (): Promise<number> => new Promise((resolve) => this.ends.push(resolve));
}

const turn = (): Promise<void> => new Promise(setImmediate);

it('whoever asks in the same turn shares one reading', async () => {
  const [joined, { ends, read }] = [new Joined<string, number>(), new Readings()];
  const asked = [joined.ask('a', read), joined.ask('a', read)];
  await turn();
  expect(ends).toHaveLength(1);
  ends[0]?.(1);
  expect(await Promise.all(asked)).toEqual([1, 1]);
});

it('whoever asks while one is under way is told what was read afterwards, all of them by one', async () => {
  const [joined, { ends, read }] = [new Joined<string, number>(), new Readings()];
  const first = joined.ask('a', read);
  await turn();
  const later = [joined.ask('a', read), joined.ask('a', read)];
  await turn();
  expect(ends).toHaveLength(1);
  ends[0]?.(1);
  expect(await first).toBe(1);
  await turn();
  expect(ends).toHaveLength(2);
  ends[1]?.(2);
  expect(await Promise.all(later)).toEqual([2, 2]);
});

it('keys do not wait for each other', async () => {
  const [joined, { ends, read }] = [new Joined<string, number>(), new Readings()];
  void joined.ask('a', read);
  void joined.ask('b', read);
  await turn();
  expect(ends).toHaveLength(2);
});

it('a reading that fails is told to those who share it, and the next one is made', async () => {
  const joined = new Joined<string, number>();
  const failing = joined.ask('a', () => Promise.reject(new Error('away')));
  await expect(failing).rejects.toThrow('away');
  await expect(joined.ask('a', () => Promise.resolve(3))).resolves.toBe(3);
});
