import { publicId } from '../../../src/domain/ids.js';
import { judge } from '../../../src/domain/verdict.js';
import { ChangeBench, closeSimulator, type Underway } from './change-bench.js';
import { CHANGE_CASES } from './change-cases.js';

type Task = ChangeBench['world']['tasks'][number];

/** A task of somebody at the appliance's own console. */
function foreign(bench: ChangeBench, more: Partial<Task>): Task {
  const now = bench.site.running.simulator.clock.now();
  const task: Task = {
    ...{ id: `Task:foreign-${bench.world.tasks.length}:x`, site: 'a', kind: 'cleanup' },
    ...{ entity: null, entityName: null, status: 'SUCCESS', progress: 100, queuedAt: now },
    ...{ startedAt: now, endedAt: now, error: null, result: null, effect: null, doom: null },
    ...{ stuck: false, hidden: false },
    ...more,
  };
  bench.world.tasks.push(task);
  return task;
}

function entitiesOf({ operation: { command } }: Underway): string[] {
  const { serverId } = (command.input ?? {}) as { serverId?: string };
  return [command.targetNativeId, command.partNativeId, serverId ?? null].filter((id) => id !== null);
}

/** What the judge says of the operation in some looks after one another. */
async function judgements(bench: ChangeBench, underway: Underway): Promise<unknown[]> {
  const row = bench.driver.descriptor.lifecycle.actions[underway.operation.action];
  const all: unknown[] = [];
  for (let looks = 0; looks < 3 && row; looks += 1) {
    const seen = await bench.look(underway);
    const judgement = seen && judge(underway.operation, row, seen);
    all.push(judgement?.kind === 'VERDICT' ? judgement.state : (judgement?.kind ?? null));
    bench.advance(1_000);
  }
  return all;
}

describe('a lost change, while somebody else is at the same thing', () => {
  let bench: ChangeBench;
  beforeEach(async () => {
    bench = await ChangeBench.open();
  });
  afterEach(() => bench.close());
  afterAll(() => closeSimulator());

  const ofThings = CHANGE_CASES.filter(({ created, name }) => !created || name.includes('machine'));

  describe.each(ofThings)('$name', ({ command, stage }) => {
    beforeEach(() => stage?.(bench));

    it('is not seen in a task of theirs that is over', async () => {
      const underway = await bench.ready(command(bench));
      await bench.sendIntoSilence(underway, 'BEFORE');
      for (const entity of entitiesOf(underway)) {
        bench.world.tasks = [];
        foreign(bench, { entity });
        expect((await bench.findStarted(underway)).verdict).not.toBe('STARTED');
      }
    });

    it('has not succeeded because a task of theirs has', async () => {
      const underway = await bench.ready(command(bench));
      await bench.sendIntoSilence(underway, 'BEFORE');
      for (const entity of entitiesOf(underway)) {
        bench.world.tasks = [];
        const task = foreign(bench, { entity, status: 'RUNNING', endedAt: null });
        const finding = await bench.findStarted(underway);
        if (finding.verdict !== 'STARTED') continue;
        bench.adopt(underway, finding);
        task.status = 'SUCCESS';
        expect(await judgements(bench, underway)).not.toContain('SUCCEEDED');
      }
    });
  });

  describe.each([{ description: undefined }, { description: 'CRM, by the operators' }, { description: '' }])(
    'a new plan with the description $description',
    ({ description }) => {
      const ready = (): Promise<Underway> =>
        bench.ready(
          bench.command('CREATE_RECOVERY_PLAN', null, {
            input: { name: 'crm', ...(description === undefined ? {} : { description }) },
          }),
        );
      const bobs = (): ChangeBench['world']['plans'][number] => ({
        ...structuredClone(bench.plan('empty-plan')),
        ...{ id: 'DrRecoveryRecoveryPlan:bobs:x', name: 'crm', description: 'made by hand by Bob' },
      });

      it('is not the one that somebody made by hand', async () => {
        const underway = await ready();
        await bench.sendIntoSilence(underway, 'BEFORE');
        bench.world.plans.push(bobs());
        foreign(bench, { kind: 'create-plan', entityName: 'crm', result: bobs().id });
        await expect(bench.findStarted(underway)).resolves.toMatchObject({ verdict: 'UNDECIDABLE' });
      });

      it('is not the one that somebody is making, when it is there', async () => {
        const underway = await ready();
        await bench.sendIntoSilence(underway, 'BEFORE');
        const task = foreign(bench, { kind: 'create-plan', entityName: 'crm', status: 'RUNNING' });
        const finding = await bench.findStarted(underway);
        if (finding.verdict !== 'STARTED') return;
        bench.adopt(underway, finding);
        bench.world.plans.push(bobs());
        Object.assign(task, { status: 'SUCCESS', result: bobs().id });
        expect(await judgements(bench, underway)).not.toContain('SUCCEEDED');
        expect((await bench.look(underway))?.createdId ?? null).toBeNull();
      });
    },
  );

  it('a new plan with a description of its own is found by its name and description', async () => {
    const input = { name: 'crm', description: 'CRM, by the operators' };
    const underway = await bench.ready(bench.command('CREATE_RECOVERY_PLAN', null, { input }));
    await bench.sendIntoSilence(underway, 'AFTER');
    bench.advance(60_000);
    bench.world.tasks = [];
    const finding = await bench.findStarted(underway);
    bench.adopt(underway, finding);
    const { verdict, seen } = await bench.end(underway);
    expect(verdict.state).toBe('SUCCEEDED');
    expect(seen.createdId).toBe(publicId('srm-site', bench.plan('crm').id));
  });

  it.each(['OK', 'NOT_CONFIGURED'])(
    'the protection of all machines of a group in %s has not succeeded because a task of theirs has',
    async (status) => {
      bench.vm('archive-2').protection = 'NOT_CONFIGURED';
      const { id } = bench.group('archive');
      Object.assign(bench.group('archive'), { pinned: status });
      const underway = await bench.ready(bench.command('ENABLE_PROTECTION', id));
      await bench.sendIntoSilence(underway, 'BEFORE');
      const task = foreign(bench, { entity: bench.vmId('archive-2'), status: 'RUNNING', endedAt: null });
      bench.adopt(underway, await bench.findStarted(underway));
      task.status = 'SUCCESS';
      expect(await judgements(bench, underway)).not.toContain('SUCCEEDED');
      bench.vm('archive-2').protection = 'OK';
      Object.assign(bench.group('archive'), { pinned: null });
      await expect(bench.end(underway)).resolves.toMatchObject({ verdict: { state: 'SUCCEEDED' } });
    },
  );

  it('a new group is not the one that somebody made by hand', async () => {
    const group = { name: 'crm', hbrSpec: { vms: [bench.vmId('crm-1')] } };
    const underway = await bench.ready(bench.command('CREATE_PROTECTION_GROUP', null, { group }));
    await bench.sendIntoSilence(underway, 'BEFORE');
    const bobs = {
      ...structuredClone(bench.group('erp')),
      id: 'Group:bobs:x',
      name: 'crm',
      description: 'Bob',
    };
    bench.world.groups.push(bobs);
    await expect(bench.findStarted(underway)).resolves.toMatchObject({ verdict: 'UNDECIDABLE' });
  });
});
