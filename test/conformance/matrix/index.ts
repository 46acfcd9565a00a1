import type { Cell, Plane } from './cell.js';
import { lineOf, sentenceOf, tallyOf, type Tally } from './tally.js';
import { walk } from './walk.js';

/** A guard against hanging; the walk takes a tenth of it. */
const TIMEOUT_MS = 900_000;

/** Registers the one promise of a button: it is offered if, and only if, the upstream will take the action. */
export function describeActionMatrix(plane: Plane): void {
  describe(`what the gateway says of ${plane.provider} and what ${plane.provider} does`, () => {
    let cells: Cell[];
    let tally: Tally;

    beforeAll(async () => {
      cells = await walk(plane);
      tally = tallyOf(plane, cells);
      process.stdout.write(`${lineOf(plane, cells, tally)}\n`);
    }, TIMEOUT_MS);

    afterAll(() => plane.close());

    it('never offers what the upstream refuses', () => {
      expect(tally.falseAllowed.map(sentenceOf)).toEqual([]);
    });

    it('never withholds what the upstream takes, but for the listed choices', () => {
      expect(tally.falseBlocked.map(sentenceOf)).toEqual([]);
    });

    it('shows every plan action as the guard judges it', () => {
      expect(tally.torn.map(sentenceOf)).toEqual([]);
    });

    it('lists no exception that makes no difference', () => {
      expect(tally.idle).toEqual([]);
    });

    it('has seen every action taken', () => {
      const deeds = new Set(cells.map(({ deed }) => deed));
      const taken = new Set(cells.filter(({ accepted }) => accepted).map(({ deed }) => deed));
      expect(taken).toEqual(deeds);
    });
  });
}
