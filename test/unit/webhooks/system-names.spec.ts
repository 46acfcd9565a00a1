import { SystemNames } from '../../../src/webhooks/sending/system-names.js';

interface Question {
  name: string;
  answer: (addresses: string[]) => void;
  fail: (error: Error) => void;
}

let questions: Question[];
let nowMs: number;
let names: SystemNames;

beforeEach(() => {
  questions = [];
  nowMs = 0;
  names = new SystemNames(
    (name) => new Promise((answer, fail) => questions.push({ name, answer, fail })),
    () => nowMs,
  );
});

const asked = () => questions.map(({ name }) => name);
const soon = () => new Promise((resolve) => setImmediate(resolve));

it('one name that hangs does not hold up another', async () => {
  void names.addressesOf('hangs');
  const other = names.addressesOf('other');
  questions[1]?.answer(['10.0.0.1']);
  expect(await other).toEqual(['10.0.0.1']);
  const third = names.addressesOf('third');
  questions[2]?.answer(['10.0.0.2']);
  expect(await third).toEqual(['10.0.0.2']);
});

it('two questions are out at a time, and one of a name', async () => {
  const all = ['a', 'a', 'b', 'c', 'd', 'a'].map((name) => names.addressesOf(name));
  expect(asked()).toEqual(['a', 'b']);
  questions[0]?.answer(['10.0.0.1']);
  await soon();
  expect(asked()).toEqual(['a', 'b', 'c']);
  for (let i = 1; i < 4; i += 1) {
    questions[i]?.answer(['10.0.0.1']);
    await soon();
  }
  expect(await Promise.all(all)).toHaveLength(6);
  expect(asked()).toEqual(['a', 'b', 'c', 'd']);
});

it('a name that was not found is asked for again after a while only', async () => {
  const first = names.addressesOf('gone');
  questions[0]?.fail(new Error('ENOTFOUND'));
  await expect(first).rejects.toThrow('ENOTFOUND');
  nowMs = 29_000;
  await expect(names.addressesOf('gone')).rejects.toThrow('ENOTFOUND');
  expect(questions).toHaveLength(1);
  nowMs = 30_001;
  const again = names.addressesOf('gone');
  questions[1]?.answer(['10.0.0.1']);
  expect(await again).toEqual(['10.0.0.1']);
});
