import { StoreBreaks } from '../../../../src/platform/queue/store-breaks.js';
import { eventuallyTrue } from '../../../support/eventually.js';
import { recordingLog } from '../../support/recording-log.js';

const FULL = new Error("OOM command not allowed when used memory > 'maxmemory'.");

/** Time passes when the test says so. */
function bench() {
  const { log, lines } = recordingLog();
  const waiting: (() => void)[] = [];
  const the = { fault: null as string | null, asked: 0 };
  const breaks = new StoreBreaks({
    log,
    store: {
      fault: () => {
        the.asked += 1;
        return Promise.resolve(the.fault);
      },
    },
    wait: () => new Promise<void>((resolve) => waiting.push(resolve)),
  });
  const worker = (): { breaking: { pause(): void; resume(): void }; did: string[] } => {
    const did: string[] = [];
    return { breaking: { pause: () => did.push('pause'), resume: () => did.push('resume') }, did };
  };
  const secondPasses = async (): Promise<void> => {
    await eventuallyTrue('somebody waits', () => waiting.length > 0);
    waiting.shift()?.();
    const { asked } = the;
    await eventuallyTrue('it is asked', () => the.asked > asked);
  };
  return { breaks, worker, secondPasses, the, lines };
}

it('all workers pause at the first refusal, however many follow, and go on when it takes writes again', async () => {
  const { breaks, worker, secondPasses, the, lines } = bench();
  const all = [worker(), worker()];
  for (const { breaking } of all) breaks.join(breaking);
  the.fault = 'Redis takes no writes: it is out of memory (OOM).';
  for (let i = 0; i < 10_000; i += 1) breaks.notice(FULL);
  expect(all.map(({ did }) => did)).toEqual([['pause'], ['pause']]);
  for (let i = 0; i < 5; i += 1) await secondPasses();
  the.fault = null;
  await secondPasses();
  await eventuallyTrue('they go on', () => all.every(({ did }) => did.at(-1) === 'resume'));
  expect(all.map(({ did }) => did)).toEqual([
    ['pause', 'resume'],
    ['pause', 'resume'],
  ]);
  expect(lines).toHaveLength(2);
});

it('there is a second break when it refuses again', async () => {
  const { breaks, worker, secondPasses } = bench();
  const { breaking, did } = worker();
  breaks.join(breaking);
  for (let i = 0; i < 2; i += 1) {
    breaks.notice(FULL);
    await secondPasses();
    await eventuallyTrue('it goes on', () => did.at(-1) === 'resume');
  }
  expect(did).toEqual(['pause', 'resume', 'pause', 'resume']);
});

it('whoever joins during a break pauses; whoever has left is left alone', async () => {
  const { breaks, worker, secondPasses } = bench();
  const [late, gone] = [worker(), worker()];
  breaks.join(gone.breaking);
  breaks.notice(FULL);
  breaks.join(late.breaking);
  breaks.leave(gone.breaking);
  await secondPasses();
  await eventuallyTrue('the late one goes on', () => late.did.at(-1) === 'resume');
  expect(late.did).toEqual(['pause', 'resume']);
  expect(gone.did).toEqual(['pause']);
});

it.each([
  "READONLY You can't write against a read only replica.",
  'MISCONF Redis is configured to save RDB snapshots',
  'NOREPLICAS Not enough good replicas to write.',
  'LOADING Redis is loading the dataset in memory',
  'ERR Error running script (call to f_1): @user_script:1: -OOM command not allowed',
])('%j is a refusal', (message) => {
  const { breaks, worker } = bench();
  const { breaking, did } = worker();
  breaks.join(breaking);
  breaks.notice(new Error(message));
  expect(did).toEqual(['pause']);
});

it.each(['connect ECONNREFUSED', 'Missing lock for job ring-a. moveToFinished', 'Connection is closed.'])(
  '%j is none',
  (message) => {
    const { breaks, worker } = bench();
    const { breaking, did } = worker();
    breaks.join(breaking);
    breaks.notice(new Error(message));
    expect(did).toEqual([]);
  },
);
