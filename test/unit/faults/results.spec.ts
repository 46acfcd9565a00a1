import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOrders } from '../../../scripts/faults/orders.js';
import { Results } from '../../../scripts/faults/results.js';
import { NOTHING } from '../../../scripts/faults/scenario.js';

const ABOUT = { at: '2026-11-21T18:00:00Z', commit: 'abc1234', seconds: 10 };

describe('results of faults', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'dr-gateway-results-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('add up over pieces, also over those of another process; a line that was cut is left out', () => {
    const piece = {
      ...NOTHING,
      ...ABOUT,
      scenario: 'freeze',
      runs: 3,
      lost: 1,
      resumeMs: [5],
      counts: { a: 2 },
    };
    new Results(directory).keep(piece);
    new Results(directory).keep({ ...piece, runs: 4, resumeMs: [9], counts: { a: 1, b: 1 } });
    const results = new Results(directory);
    appendFileSync(results.place, '{"scenario":"freeze","runs":100');
    expect(results.of('freeze')).toMatchObject({
      runs: 7,
      lost: 2,
      resumeMs: [5, 9],
      counts: { a: 3, b: 1 },
    });
    expect(results.of('races')).toEqual(NOTHING);
    results.forget();
    expect(results.pieces()).toEqual([]);
  });
});

describe('orders', () => {
  it('are names and options; what is not known is a sentence', () => {
    expect(readOrders(['freeze', '--short', '--minutes', '5'], ['freeze'])).toMatchObject({
      names: ['freeze'],
      short: true,
      minutes: 5,
      runs: null,
      anew: false,
    });
    expect(() => readOrders(['frieze'], ['freeze'])).toThrow('There is no frieze.');
    expect(() => readOrders(['--minutes', 'x'], [])).toThrow('--minutes wants a number above 0.');
  });
});
