import { publicId } from '../../../src/domain/ids.js';
import { ChangeBench, closeSimulator } from './change-bench.js';
import { CHANGE_CASES } from './change-cases.js';

describe('a change of a part at the simulated appliance', () => {
  let bench: ChangeBench;
  beforeEach(async () => {
    bench = await ChangeBench.open();
  });
  afterEach(() => bench.close());
  afterAll(() => closeSimulator());

  describe.each(CHANGE_CASES)('$name', ({ command, stage, isDone, executes, created, blind = false }) => {
    beforeEach(() => stage?.(bench));

    it('goes its whole way to a verdict', async () => {
      const { verdict, seen } = await bench.carryOut(command(bench));
      expect(verdict).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
      expect(isDone(bench)).toBe(true);
      expect(seen.createdId).toBe(created ? publicId('srm-site', created(bench)) : null);
      expect(new Set(bench.executed())).toEqual(new Set([executes]));
    });

    it('is found when the answer is lost after it was taken, and ends well', async () => {
      const underway = await bench.ready(command(bench));
      await bench.sendIntoSilence(underway, 'AFTER');
      const finding = await bench.findStarted(underway);
      expect(finding).toMatchObject({ verdict: 'STARTED', ref: { jobIds: expect.any(Array) as string[] } });
      bench.adopt(underway, finding);
      const ended = bench.end(underway);
      // A task alone does not prove that it is ours.
      if (blind) await expect(ended).rejects.toThrow('UNSETTLED');
      else await expect(ended).resolves.toMatchObject({ verdict: { state: 'SUCCEEDED', outcome: 'FULL' } });
      expect(isDone(bench)).toBe(true);
    });

    it('is not seen when the request was lost before it was taken', async () => {
      const underway = await bench.ready(command(bench));
      await bench.sendIntoSilence(underway, 'BEFORE');
      await expect(bench.findStarted(underway)).resolves.toMatchObject({ verdict: 'NOT_SEEN' });
      expect(bench.executed()).toEqual([]);
    });

    it(`${blind ? 'is not guessed' : 'is found by what it changed'} when the task is forgotten with the answer`, async () => {
      const underway = await bench.ready(command(bench));
      await bench.sendIntoSilence(underway, 'AFTER');
      bench.advance(60_000);
      bench.world.tasks = [];
      const finding = await bench.findStarted(underway);
      expect(finding.verdict).toBe(blind ? 'NOT_SEEN' : 'STARTED');
      if (blind) return;
      bench.adopt(underway, finding);
      await expect(bench.end(underway)).resolves.toMatchObject({ verdict: { state: 'SUCCEEDED' } });
    });

    it('ends by what can be seen when only the task is forgotten', async () => {
      const underway = await bench.ready(command(bench));
      await bench.send(underway);
      bench.advance(60_000);
      bench.world.tasks = [];
      const ended = bench.end(underway);
      if (blind) await expect(ended).rejects.toThrow('UNSETTLED');
      else await expect(ended).resolves.toMatchObject({ verdict: { state: 'SUCCEEDED' } });
    });

    it('fails with the words of its task', async () => {
      const done = (): boolean => {
        try {
          return isDone(bench);
        } catch {
          return false;
        }
      };
      const underway = await bench.ready(command(bench));
      for (let tasks = 0; tasks < 3; tasks += 1)
        await bench.site.control('POST', '/fail-next', { message: 'The datastore is gone.' });
      await bench.send(underway);
      const { verdict } = await bench.end(underway);
      expect(verdict).toMatchObject({
        state: 'FAILED',
        outcome: 'NONE',
        words: { message: expect.stringContaining('The datastore is gone.') as string },
      });
      expect(done()).toBe(false);
    });
  });
});
