import type { ActionCommand } from '../../../src/domain/action-command.js';
import { publicId } from '../../../src/domain/ids.js';
import type { Finding } from '../../../src/domain/observation.js';
import { patiently } from '../../conformance/provider/journey.js';
import { ChangeBench, closeSimulator } from './change-bench.js';

/** What stands in the way of a change, and what cannot be told of it, beyond the states of the matrix. */
describe('a change of a part', () => {
  let bench: ChangeBench;
  beforeEach(async () => {
    bench = await ChangeBench.open();
  });
  afterEach(() => bench.close());
  afterAll(() => closeSimulator());

  const onPlan = (action: ActionCommand['action'], plan: string, input: object, part?: string) =>
    bench.command(action, bench.plan(plan).id, {
      input: input as ActionCommand['input'],
      partNativeId: part ?? null,
    });
  const onGroup = (action: ActionCommand['action'], group: string, part: string | null, input?: object) =>
    bench.command(action, bench.group(group).id, {
      partNativeId: part,
      input: (input ?? null) as ActionCommand['input'],
    });
  const codes = async (command: ActionCommand): Promise<string[]> =>
    (await bench.judged(command)).blocking.map(({ code }) => code);
  const groupIds = (...names: string[]) => names.map((name) => bench.group(name).id);

  describe('that is about a plan', () => {
    it('locks every group that the plan held or will hold', async () => {
      const wish = { protectionGroupIds: groupIds('mail', 'web') };
      const { groupIds: locked } = await bench.prepare(onPlan('UPDATE_RECOVERY_PLAN', 'erp-plan', wish));
      const expected = groupIds('erp', 'mail', 'web').map((id) => publicId('srm-site', id));
      expect(locked.toSorted()).toEqual(expected.toSorted());
    });

    it('tells which group leaves the plan', async () => {
      const wish = { protectionGroupIds: groupIds('mail') };
      const { warnings } = await bench.prepare(onPlan('UPDATE_RECOVERY_PLAN', 'campus-plan', wish));
      expect(warnings).toEqual(['Group web leaves the plan: this plan recovers it no more.']);
    });

    it('cannot name a group or a vCenter that is not there', async () => {
      const prepare = (input: object) => bench.prepare(onPlan('UPDATE_RECOVERY_PLAN', 'erp-plan', input));
      await expect(
        prepare({ protectionGroupIds: [...groupIds('erp'), 'Group:none:3'] }),
      ).rejects.toMatchObject({ kind: 'INVALID_ARGUMENT', pointer: '/protectionGroupIds/1' });
      await expect(prepare({ protectedVcenterId: 'elsewhere' })).rejects.toMatchObject({
        kind: 'INVALID_ARGUMENT',
        pointer: '/protectedVcenterId',
      });
    });

    it('turns only an empty plan round, and takes only groups of one direction', async () => {
      const turned = { protectedVcenterId: bench.world.sites.b.vc.id };
      await expect(codes(onPlan('UPDATE_RECOVERY_PLAN', 'erp-plan', turned))).resolves.toEqual([
        'plan-not-empty',
      ]);
      const mixed = { name: 'new', ...turned, protectionGroupIds: groupIds('erp') };
      await expect(codes(bench.command('CREATE_RECOVERY_PLAN', null, { input: mixed }))).resolves.toEqual([
        'wrong-direction',
      ]);
    });

    it('takes a name that only another folder has', async () => {
      bench.plan('web-plan').location = 'DrFolder:folder-9:33333333';
      const wish = { name: 'web-plan' };
      await expect(codes(onPlan('UPDATE_RECOVERY_PLAN', 'erp-plan', wish))).resolves.toEqual([]);
      await expect(codes(bench.command('CREATE_RECOVERY_PLAN', null, { input: wish }))).resolves.toEqual([]);
    });

    it('touches only steps that somebody inserted', async () => {
      const step = async (id: string) => {
        const of = { planId: bench.plan('erp-plan').id, workflow: 'RECOVERY' } as const;
        const steps = await bench.driver.further.recoverySteps?.(of, patiently);
        const expectedTitle = steps?.find((one) => one.id === id)?.title ?? '';
        const input = { workflow: 'RECOVERY', expectedTitle };
        return bench.prepare(onPlan('REMOVE_RECOVERY_STEP', 'erp-plan', input, id));
      };
      await expect(step('1')).rejects.toMatchObject({ kind: 'INVALID_ARGUMENT' });
      await expect(step('999')).rejects.toMatchObject({ kind: 'NOT_FOUND' });
    });

    it.each([
      ['UPDATE_RECOVERY_STEP', { content: 'Anybody?' }, 'Change'],
      ['REMOVE_RECOVERY_STEP', {}, 'Remove'],
    ] as const)(
      'is made to the step that the client saw, wherever it has moved: %s',
      async (action, more, does) => {
        const step = (id: string) =>
          onPlan(action, 'erp-plan', { workflow: 'RECOVERY', expectedTitle: 'Look', ...more }, id);
        insert('Look', 3);
        const { calls, blockers, warnings } = await bench.prepare(step('4'));
        expect({ blockers, warnings }).toEqual({ blockers: [], warnings: [] });
        expect(calls.map(({ label }) => label)).toEqual([`${does} step Look`]);

        insert('Stop the cluster', 3);
        const moved = await bench.prepare(step('4'));
        expect(moved.calls).toEqual([]);
        expect(moved.blockers).toMatchObject([
          {
            code: 'changed-meanwhile',
            text: 'The steps were changed since they were read: step 4 is now “Stop the cluster”, not “Look”.',
          },
        ]);
        await expect(codes(step('5'))).resolves.toEqual([]);
        // A step of SRM's own has come to that place.
        await expect(codes(step('1'))).resolves.toEqual(['changed-meanwhile']);
      },
    );

    it('warns of another step with the same title', async () => {
      insert('Look', 3);
      insert('Look', 0);
      const wish = { workflow: 'RECOVERY', expectedTitle: 'Look' };
      const { warnings } = await bench.prepare(onPlan('REMOVE_RECOVERY_STEP', 'erp-plan', wish, '1'));
      expect(warnings).toEqual(['2 steps are called “Look”; this is step 1.']);
    });

    /** As another operation, or somebody at vCenter, does it; the newest comes first at its place. */
    function insert(name: string, position: number): void {
      const { callouts } = bench.plan('erp-plan');
      const rest = { mode: 'recovery', content: 'All well?', type: 'PROMPT', timeoutSeconds: 0 } as const;
      for (const one of callouts) if (one.position >= position) one.position += 1;
      callouts.unshift({ id: `callout-${callouts.length + 1}`, name, position, ...rest });
    }

    it('waits until SRM shows the steps of the workflow', async () => {
      const wish = { workflow: 'REPROTECT', type: 'PROMPT', name: 'Wait', content: 'Go on?' };
      await expect(codes(onPlan('ADD_RECOVERY_STEP', 'erp-plan', wish))).resolves.toEqual([
        'steps-unavailable',
      ]);
    });

    it('warns of a dependency that SRM ignores, and knows no machine of another plan', async () => {
      const settings = (vm: string) =>
        bench.prepare(
          onPlan(
            'UPDATE_RECOVERY_SETTINGS',
            'erp-plan',
            { dependsOn: [bench.vmId(vm)] },
            bench.vmId('erp-app'),
          ),
        );
      expect((await settings('erp-db')).warnings[0]).toContain('SRM ignores erp-db');
      await expect(settings('web-1')).rejects.toMatchObject({ pointer: '/dependsOn/0' });
    });
  });

  describe('that is about a machine', () => {
    const adding = (vm: string) =>
      onGroup('ADD_PROTECTED_INSTANCE', 'erp', null, { serverId: bench.vmId(vm) });

    it('takes in a machine that is replicated, and that no group has', async () => {
      await expect(codes(adding('crm-2'))).resolves.toEqual([]);
      await expect(codes(adding('erp-db'))).resolves.toEqual(['already-member']);
      await expect(codes(adding('mail-1'))).resolves.toEqual(['member-elsewhere']);
      // Protected at the other site.
      await expect(bench.prepare(adding('lab-1'))).rejects.toMatchObject({ pointer: '/serverId' });
    });

    it('is not for groups that are made of datastores', async () => {
      bench.group('erp').type = 'ABR';
      await expect(codes(adding('crm-1'))).resolves.toEqual(['not-made-of-machines']);
      await expect(
        codes(onGroup('REMOVE_PROTECTED_INSTANCE', 'erp', bench.vmId('erp-app'))),
      ).resolves.toEqual(['not-made-of-machines']);
    });

    it('does not configure what must be repaired first', async () => {
      bench.vm('erp-app').protection = 'PLACEHOLDER_VM_DELETED';
      await expect(
        codes(onGroup('ENABLE_INSTANCE_PROTECTION', 'erp', bench.vmId('erp-app'))),
      ).resolves.toEqual(['placeholder-lost']);
    });

    it('of another group is not found', async () => {
      await expect(
        bench.prepare(onGroup('DISABLE_INSTANCE_PROTECTION', 'erp', bench.vmId('mail-1'))),
      ).rejects.toMatchObject({ kind: 'NOT_FOUND' });
    });
  });

  describe('whose answer was lost', () => {
    /** Before it was taken, and something else happens to the same thing. */
    async function afterwards(command: ActionCommand, happens: () => Promise<unknown>): Promise<Finding> {
      const underway = await bench.ready(command);
      await bench.sendIntoSilence(underway, 'BEFORE');
      await happens();
      return bench.findStarted(underway);
    }
    const rename = () => onPlan('UPDATE_RECOVERY_PLAN', 'erp-plan', { name: 'erp-2' });
    const changeOf = (command: ActionCommand) => async (): Promise<unknown> =>
      bench.send(await bench.ready(command));

    it('is not found in the run that somebody began', async () => {
      const planId = bench.plan('erp-plan').id;
      const finding = await afterwards(rename(), () =>
        bench.site.control('POST', '/console', { planId, action: 'test', site: 'a' }),
      );
      expect(finding.verdict).toBe('UNDECIDABLE');
    });

    it('is not told from two others', async () => {
      const other = changeOf(onPlan('UPDATE_RECOVERY_PLAN', 'erp-plan', { description: 'mine' }));
      const finding = await afterwards(rename(), async () => {
        await other();
        bench.advance(10_000);
        await other();
      });
      expect(finding.verdict).toBe('UNDECIDABLE');
    });

    it('is undecided where the thing changed to something else, with no task to tell', async () => {
      const finding = await afterwards(rename(), async () => {
        await changeOf(onPlan('UPDATE_RECOVERY_PLAN', 'erp-plan', { name: 'erp-3' }))();
        bench.advance(10_000);
        bench.world.tasks = [];
      });
      expect(finding).toMatchObject({
        verdict: 'UNDECIDABLE',
        evidence: 'The plan changed, and is not as it was to become.',
      });
    });

    it('is undecided between two new plans of the name', async () => {
      const creation = bench.command('CREATE_RECOVERY_PLAN', null, {
        input: { name: 'new', description: 'in words of one’s own' },
      });
      const finding = await afterwards(creation, async () => {
        for (const number of [1, 2])
          bench.world.plans.push({
            ...structuredClone(bench.plan('empty-plan')),
            ...{ id: `DrRecoveryRecoveryPlan:twin-${number}:33333333`, name: 'new' },
          });
      });
      expect(finding.verdict).toBe('UNDECIDABLE');
    });

    it('is undecided where the settings have another version and are not as wished', async () => {
      const wish = { settings: { folderId: 'Folder:group-v3:x' } };
      const command = onGroup('ENABLE_INSTANCE_PROTECTION', 'erp', bench.vmId('erp-app'), wish);
      const finding = await afterwards(command, async () => {
        bench.vm('erp-app').protectionVersion += 1;
      });
      expect(finding.verdict).toBe('UNDECIDABLE');
    });
  });

  it('goes without the login at the far site where SRM lets it, and is not sent where it does not', async () => {
    const removal = await bench.ready(onGroup('REMOVE_PROTECTED_INSTANCE', 'erp', bench.vmId('erp-app')));
    const protection = await bench.ready(
      onGroup('ENABLE_INSTANCE_PROTECTION', 'archive', bench.vmId('archive-2')),
    );
    await bench.site.control('DELETE', '/remote-sessions');
    const { settings } = bench.site.running.simulator;
    settings.accounts = { ...settings.accounts, b: [] };
    const trouble = await bench.send(protection);
    expect(trouble?.delivery === 'NOT_SENT' || trouble?.delivery === 'REFUSED').toBe(true);
    await expect(bench.send(removal)).resolves.toBeNull();
    expect(bench.executed()).toEqual(['remove-vm']);
  });
});
