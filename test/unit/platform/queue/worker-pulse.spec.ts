import { WorkerPulse } from '../../../../src/platform/queue/worker-pulse.js';
import { TestClock } from '../../support/test-clock.js';

const BEAT_MS = 10_000;
const SENDS = 'submissions/3';
const LOOKS = 'refreshes/0';

/** A pulse that watches two queues, and what it is surrounded by. */
function bench() {
  const clock = new TestClock();
  const marks = new Map<string, string>();
  const the = { storeFault: null as string | null, sung: 0, taken: [SENDS, LOOKS], boardFails: false };
  const pulse = new WorkerPulse({
    clock,
    store: { fault: () => Promise.resolve(the.storeFault) },
    canaries: {
      sing: () => {
        the.sung += 1;
        return Promise.resolve(the.taken);
      },
    },
    board: {
      heard: (place, mark) => {
        marks.set(place, mark);
        return Promise.resolve();
      },
      seen: (places) =>
        the.boardFails
          ? Promise.reject(new Error('Command timed out'))
          : Promise.resolve(places.map((place) => marks.get(place) ?? null)),
    },
  });
  pulse.watch(SENDS, 2);
  pulse.watch(LOOKS, 2);
  /** Beats for so long; before each of them, `meanwhile`. */
  const beatFor = async (seconds: number, meanwhile: () => unknown = () => undefined): Promise<void> => {
    for (let passed = 0; passed < seconds * 1_000; passed += BEAT_MS) {
      clock.advance(BEAT_MS);
      await meanwhile();
      await pulse.beat();
    }
  };
  const hearing = (...places: string[]) =>
    Promise.all(places.map((place) => pulse.canaryHeard(place, `mark-${the.sung}`)));
  const othersHearing = (...places: string[]): void =>
    places.forEach((place) => marks.set(place, `other-${the.sung}`));
  return { clock, pulse, the, beatFor, hearing, othersHearing };
}

it('is well while the canary of every queue is answered here', async () => {
  const { pulse, the, beatFor, hearing } = bench();
  await beatFor(3_600, () => hearing(SENDS, LOOKS));
  expect(pulse.fault()).toBeNull();
  expect(the.sung).toBe(360);
});

it('fails when nobody has answered one queue for a minute, and names it', async () => {
  const { pulse, beatFor, hearing } = bench();
  await beatFor(50, () => hearing(LOOKS));
  expect(pulse.fault()).toBeNull();
  await beatFor(10, () => hearing(LOOKS));
  expect(pulse.fault()).toBe('Of 2 queues, 1 is silent: nobody has answered submissions/3 for 60 s.');
});

it('is well again as soon as it is answered', async () => {
  const { pulse, beatFor, hearing } = bench();
  await beatFor(100);
  expect(pulse.fault()).not.toBeNull();
  await beatFor(10, () => hearing(SENDS, LOOKS));
  expect(pulse.fault()).toBeNull();
  await beatFor(100);
  expect(pulse.isHopeless()).toBe(false);
});

it('is hopeless when that has lasted for two minutes more', async () => {
  const { pulse, beatFor } = bench();
  await beatFor(170);
  expect(pulse.isHopeless()).toBe(false);
  await beatFor(10);
  expect(pulse.isHopeless()).toBe(true);
});

it('fails when only others have answered for ten minutes', async () => {
  const { pulse, beatFor, othersHearing, hearing } = bench();
  const others = async (): Promise<void> => {
    othersHearing(SENDS, LOOKS);
    await hearing(LOOKS);
  };
  await beatFor(590, others);
  expect(pulse.fault()).toBeNull();
  await beatFor(10, others);
  expect(pulse.fault()).toMatch(/this process has not answered submissions\/3 for 600 s/);
});

it('takes a step for an answer, too', async () => {
  const { pulse, beatFor, hearing } = bench();
  await beatFor(300, async () => {
    pulse.stepBegan(SENDS);
    pulse.stepEnded(SENDS);
    await hearing(LOOKS);
  });
  expect(pulse.fault()).toBeNull();
});

it('does not take a queue whose slots are all taken for dead, unless that lasts for ten minutes', async () => {
  const { pulse, beatFor, hearing } = bench();
  pulse.stepBegan(SENDS);
  pulse.stepBegan(SENDS);
  await beatFor(590, () => hearing(LOOKS));
  expect(pulse.fault()).toBeNull();
  await beatFor(10, () => hearing(LOOKS));
  expect(pulse.fault()).toMatch(/this process has not answered submissions\/3/);
});

it.each([
  ['takes no writes', (the: ReturnType<typeof bench>['the']) => (the.storeFault = 'it is out of memory')],
  ['cannot be asked', (the: ReturnType<typeof bench>['the']) => (the.boardFails = true)],
])('never holds it against a worker that the store %s, however long', async (_what, strike) => {
  const { pulse, the, beatFor } = bench();
  strike(the);
  await beatFor(7_200);
  expect(pulse.fault()).toBeNull();
  the.storeFault = null;
  the.boardFails = false;
  await beatFor(50);
  expect(pulse.fault()).toBeNull();
  await beatFor(20);
  expect(pulse.fault()).not.toBeNull();
});

it('never holds it against a worker that a queue took no canary, however long, and goes on asking the others', async () => {
  const { pulse, the, beatFor, hearing } = bench();
  the.taken = [LOOKS];
  await beatFor(7_200, () => hearing(LOOKS));
  expect(pulse.fault()).toBeNull();
  await beatFor(60);
  expect(pulse.fault()).toBe('Of 2 queues, 1 is silent: nobody has answered refreshes/0 for 60 s.');
  the.taken = [];
  await beatFor(10);
  expect(pulse.fault()).toBeNull();
  expect(pulse.isHopeless()).toBe(false);
});

it('holds it against a worker again a minute after the queue took one', async () => {
  const { pulse, the, beatFor } = bench();
  the.taken = [];
  await beatFor(600);
  the.taken = [SENDS, LOOKS];
  await beatFor(50);
  expect(pulse.fault()).toBeNull();
  await beatFor(10);
  expect(pulse.fault()).not.toBeNull();
});

it('begins anew after a pause in which nobody could have answered: the process was stopped', async () => {
  const { pulse, clock, beatFor, hearing } = bench();
  await beatFor(30, () => hearing(SENDS, LOOKS));
  clock.advance(3_600_000);
  await pulse.beat();
  expect(pulse.fault()).toBeNull();
});
