import { judge } from '../../../src/domain/verdict.js';
import { ChangeBench, closeSimulator, type Underway } from './change-bench.js';
import { CHANGE_CASES } from './change-cases.js';

/** Answered as taken, then forgotten by the appliance, and nothing came of it. */
async function takenForNothing(bench: ChangeBench, command: Parameters<ChangeBench['ready']>[0]) {
  const underway = await bench.ready(command);
  for (const call of underway.operation.calls)
    Object.assign(call, { ref: { jobIds: ['Task:lost:x'] }, state: 'ACCEPTED' });
  return underway;
}

async function judged(bench: ChangeBench, underway: Underway) {
  const row = bench.driver.descriptor.lifecycle.actions[underway.operation.action];
  const seen = await bench.look(underway);
  if (!seen || !row) throw new Error('it could not be looked at');
  return {
    ...judge(underway.operation, row, seen),
    jobs: seen.jobs,
    effect: seen.effect,
    seen: seen.resource,
  };
}

describe('a change at the simulated appliance that it has forgotten, and that came to nothing', () => {
  let bench: ChangeBench;
  beforeEach(async () => {
    bench = await ChangeBench.open();
  });
  afterEach(() => bench.close());
  afterAll(() => closeSimulator());

  describe.each(CHANGE_CASES)('$name', ({ command, stage }) => {
    beforeEach(() => stage?.(bench));

    it('is left open for a person, and neither waited for for ever nor taken for done', async () => {
      const underway = await takenForNothing(bench, command(bench));
      await expect(judged(bench, underway)).resolves.toMatchObject({
        kind: 'UNSETTLED',
        jobs: [{ state: 'GONE' }],
      });
    });

    it('is left open too when somebody gives the group or plan another name meanwhile', async () => {
      const underway = await takenForNothing(bench, command(bench));
      const { targetNativeId } = underway.operation.command;
      for (const thing of [...bench.world.plans, ...bench.world.groups])
        if (thing.id === targetNativeId) thing.name = 'by somebody else';
      await expect(judged(bench, underway)).resolves.toMatchObject({ kind: 'UNSETTLED' });
    });
  });

  it.each([
    'another name and other groups for a plan',
    'another description for a group',
    'the priority of a machine',
    'a step more in a plan',
    'another text of a step',
    'a step less in a plan',
  ])('%s is seen to be missing, for all is as it was', async (name) => {
    const found = CHANGE_CASES.find((each) => each.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    found.stage?.(bench);
    const underway = await takenForNothing(bench, found.command(bench));
    await expect(judged(bench, underway)).resolves.toMatchObject({ kind: 'UNSETTLED', effect: 'MISSING' });
  });

  it('a change of settings has not succeeded because the plan came out of a conflict', async () => {
    const found = CHANGE_CASES.find(({ name }) => name === 'the priority of a machine');
    const underway = await takenForNothing(bench, found!.command(bench));
    const { before } = underway.operation;
    underway.operation.before = before && { ...before, word: 'SYNC_CONFLICT' };
    await expect(judged(bench, underway)).resolves.toMatchObject({ kind: 'UNSETTLED' });
  });

  const group = (vm: string) => ({ name: 'crm', hbrSpec: { vms: [bench.vmId(vm)] } });

  it.each(['forgotten', 'done', 'not known'])(
    'a new group that is not listed is left open when its task is %s',
    async (what) => {
      const command = bench.command('CREATE_PROTECTION_GROUP', null, { group: group('crm-1') });
      const underway = await bench.ready(command);
      await bench.send(underway);
      bench.advance(60_000);
      await expect(judged(bench, underway)).resolves.toMatchObject({ state: 'SUCCEEDED' });
      bench.world.groups = bench.world.groups.filter(({ name }) => name !== 'crm');
      if (what !== 'done') bench.world.tasks = [];
      if (what === 'not known')
        Object.assign(underway.operation.calls[0]!, { ref: { jobIds: [] }, adopted: true });
      await expect(judged(bench, underway)).resolves.toMatchObject({
        kind: 'UNSETTLED',
        seen: { exists: false },
      });
    },
  );
});
