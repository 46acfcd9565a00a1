import { readFolded, writeFolded, type FoldedEvents } from '../../../src/events/folded-events.js';
import { packed } from '../../../src/platform/packed.js';
import { OPERATION_EVENT_TYPES, type OperationEvent } from '../../../src/domain/operation-event.js';

const ID = 'alpha.01900000-0000-7000-8000-000000000001';
const KEY = 'cb98c395dbe77b31fe3ea816c067e69770a6328832a75c510152c0676ae85bfb';

function event(sequence: number, changes: Partial<OperationEvent> = {}): OperationEvent {
  return {
    type: 'operation.progressed',
    operationId: ID,
    sequence,
    time: '2030-01-02T03:04:05.678Z',
    state: 'RUNNING',
    outcome: null,
    progressPercent: null,
    text: 'The upstream says moving, 40 %.',
    ...changes,
  };
}

const USUAL: FoldedEvents['events'] = [
  ['1893553445679-0', event(1, { type: 'operation.accepted', state: 'PENDING', text: 'ada asked for it.' })],
  ['1893553445679-1', event(2, { type: 'operation.submitting', state: 'SUBMITTING', text: 'failover' })],
  [
    '1893553448000-0',
    event(3, {
      type: 'operation.started',
      time: '2030-01-02T03:04:07.990Z',
      text: 'The upstream accepted it.',
    }),
  ],
  [
    '1893553848000-12',
    event(4, {
      type: 'operation.succeeded',
      time: '2030-01-02T03:10:47.990Z',
      state: 'SUCCEEDED',
      outcome: 'FULL',
      progressPercent: 100,
      text: 'The plan arrived where it was to go.',
    }),
  ],
];

const cases: Record<string, FoldedEvents> = {
  'of an operation as most of them are': { events: USUAL, keyHash: KEY },
  'without a key': { events: USUAL, keyHash: null },
  'with a key that is no digest': { events: USUAL, keyHash: 'the-key' },
  'with progress that comes and goes': {
    events: [40, 40, null, 60, 0].map((progressPercent, i) => [
      `189355344567${i}-0`,
      event(i + 1, { progressPercent }),
    ]),
    keyHash: KEY,
  },
  'with versions that are missing, and others that come late': {
    events: [1, 7, 5, 6].map((sequence, i) => [`189355344567${i}-0`, event(sequence)]),
    keyHash: KEY,
  },
  'with times that go back': {
    events: [
      ['1893553445679-0', event(1)],
      ['1893553445679-3', event(2, { time: '1999-12-31T23:59:59.000Z' })],
    ],
    keyHash: KEY,
  },
  'with a time in another notation': {
    events: [['1893553445679-0', event(1, { time: '2030-01-02T03:04:05Z' })]],
    keyHash: KEY,
  },
  'with a time that is none': { events: [['1893553445679-0', event(1, { time: 'soon' })]], keyHash: KEY },
  'with a field and a type that a later version writes': {
    events: [
      [
        '1893553445679-0',
        { ...event(1), type: 'operation.moved', mood: 'good' } as unknown as OperationEvent,
      ],
    ],
    keyHash: KEY,
  },
  'of another operation': {
    events: [['1893553445679-0', event(1, { operationId: 'alpha.another' })]],
    keyHash: KEY,
  },
  'of every type, in a state that is not usual for it': {
    events: OPERATION_EVENT_TYPES.map((type, i) => [
      `189355344567${i % 10}-${i}`,
      event(i + 1, { type, state: 'UNKNOWN', outcome: 'PARTIAL' }),
    ]),
    keyHash: KEY,
  },
  'of which there are none': { events: [], keyHash: null },
};

it.each(Object.entries(cases))('events %s are read as they were written', (_name, folded) => {
  expect(readFolded(ID, writeFolded(ID, folded))).toEqual(folded);
});

it('those of a usual operation take less than a fifth of their JSON', () => {
  const folded = { events: USUAL, keyHash: KEY };
  expect(writeFolded(ID, folded).length).toBeLessThan(JSON.stringify(folded).length / 5);
});

it('what was kept before there were marks is read too', () => {
  for (const folded of Object.values(cases)) expect(readFolded(ID, packed(folded))).toEqual(folded);
});

it('what is nothing of the kind is refused', () => {
  expect(() => readFolded(ID, Buffer.from('nothing of the kind'))).toThrow();
});

it('what was kept once can be read for good', () => {
  const kept =
    'AsuYw5Xb53sx/j6oFsBn5pdwpjKIMqdcUQFSwGdq6Fv7A/nLwtLY1NTYxMTUzNxSx0BH1xDFj4kpiZjeNNAxBAUFikeR06ORsRFIgZGxoRHRHjcxAAEdQyMdKAsjFECJXCGxqCizLDUF4eXyxGKFknyF9HwivQwA';
  expect(readFolded(ID, Buffer.from(kept, 'base64'))).toEqual({ events: USUAL, keyHash: KEY });
});
