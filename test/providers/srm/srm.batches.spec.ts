import { nextActionsAfter } from '../../../src/operations/next-actions.js';
import { ChangeBench, closeSimulator, type Ended, type Underway } from './change-bench.js';

/** Actions on a group that SRM carries out machine by machine. */
describe('a change of a whole group at the simulated appliance', () => {
  let bench: ChangeBench;
  beforeEach(async () => {
    bench = await ChangeBench.open();
  });
  afterEach(() => bench.close());
  afterAll(() => closeSimulator());

  const onWeb = (action: 'ENABLE_PROTECTION' | 'DISABLE_PROTECTION' | 'RESTORE_PLACEHOLDERS') =>
    bench.command(action, bench.group('web').id);
  const protectionOf = (...names: string[]): string[] => names.map((name) => bench.vm(name).protection);

  const failFor = (vm: string, action: string): Promise<void> =>
    bench.site.control('POST', '/fail-next', {
      action,
      planId: bench.vmId(vm),
      message: `The datastore of ${vm} is gone.`,
    });

  function offered({ seen }: Ended): string[] {
    const target = { type: 'PROTECTION_GROUP' as const, id: 'srm-site.web', name: 'web' };
    const { lifecycle } = bench.driver.descriptor;
    return nextActionsAfter(target, lifecycle, seen.resource).map(({ title }) => title);
  }

  async function carried(action: Parameters<typeof onWeb>[0]): Promise<[Underway, Ended]> {
    const underway = await bench.ready(onWeb(action));
    expect(await bench.send(underway)).toBeNull();
    return [underway, await bench.end(underway)];
  }

  it('one machine of three whose protection stays makes the end partial, and the rest can be asked for again', async () => {
    await failFor('web-2', 'unprotect-vm');
    const [, ended] = await carried('DISABLE_PROTECTION');
    expect(ended.verdict).toMatchObject({ state: 'FAILED', outcome: 'PARTIAL' });
    expect(ended.verdict.text).toContain('The datastore of web-2 is gone.');
    expect(ended.seen.steps.map(({ title, state }) => [title, state])).toEqual([
      ['web-1', 'SUCCEEDED'],
      ['web-2', 'FAILED'],
      ['web-lb', 'SUCCEEDED'],
    ]);
    expect(ended.seen.steps[1]?.detail).toContain('The datastore of web-2 is gone.');
    expect(offered(ended)).toEqual(
      expect.arrayContaining(['Run DISABLE_PROTECTION', 'Run ENABLE_PROTECTION']),
    );

    const [again, rest] = await carried('DISABLE_PROTECTION');
    expect(again.operation.calls.map(({ call }) => call.label)).toEqual([
      'Stop protecting machine web-2 of group web',
    ]);
    expect(rest.verdict).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
    expect(protectionOf('web-1', 'web-2', 'web-lb')).toEqual(Array(3).fill('NOT_CONFIGURED'));
  });

  it('one machine of three that cannot be protected makes the end partial, and the rest can be asked for again', async () => {
    await carried('DISABLE_PROTECTION');
    await failFor('web-1', 'protect-vm');
    const [, ended] = await carried('ENABLE_PROTECTION');
    expect(ended.verdict).toMatchObject({ state: 'FAILED', outcome: 'PARTIAL' });
    expect(ended.seen.steps.map(({ title, state }) => [title, state])).toEqual([
      ['web-1', 'FAILED'],
      ['web-2', 'SUCCEEDED'],
      ['web-lb', 'SUCCEEDED'],
    ]);
    expect(offered(ended)).toContain('Run ENABLE_PROTECTION');
    const [, rest] = await carried('ENABLE_PROTECTION');
    expect(rest.verdict).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
  });

  it('a lost answer to the second of three calls is found for that machine alone', async () => {
    const underway = await bench.ready(onWeb('DISABLE_PROTECTION'));
    const [first, second, third] = underway.operation.calls;
    if (!first || !second || !third) throw new Error('three machines need three calls');
    expect(await bench.send(only(underway, first))).toBeNull();
    await bench.sendIntoSilence(only(underway, second), 'AFTER');
    await expect(bench.findStarted(underway, 2)).resolves.toMatchObject({ verdict: 'NOT_SEEN' });
    const finding = await bench.findStarted(underway, 1);
    bench.adopt(underway, finding, 1);
    expect(await bench.send(only(underway, third))).toBeNull();
    await expect(bench.end(underway)).resolves.toMatchObject({
      verdict: { state: 'SUCCEEDED', outcome: 'FULL' },
    });
    expect(bench.executed()).toEqual(['unprotect-vm', 'unprotect-vm', 'unprotect-vm']);
  });

  it('a machine that is still protected when its task is forgotten was not done, and its group says so', async () => {
    await failFor('web-2', 'unprotect-vm');
    const underway = await bench.ready(onWeb('DISABLE_PROTECTION'));
    await bench.send(underway);
    bench.advance(60_000);
    bench.world.tasks = [];
    const { verdict, seen } = await bench.end(underway);
    expect(verdict).toMatchObject({ state: 'FAILED', outcome: 'PARTIAL' });
    expect(seen.jobs.map(({ error }) => error?.message)).toEqual([
      'SRM has forgotten the task, and machine web-2 is still protected (OK).',
    ]);
  });

  describe('restoring placeholders', () => {
    it('tells of the one that could not be made again', async () => {
      for (const name of ['web-1', 'web-2']) bench.vm(name).protection = 'PLACEHOLDER_VM_DELETED';
      await failFor('web-2', 'restore-placeholder');
      const [, ended] = await carried('RESTORE_PLACEHOLDERS');
      expect(ended.verdict).toMatchObject({ state: 'FAILED', outcome: 'PARTIAL' });
      expect(offered(ended)).toContain('Run RESTORE_PLACEHOLDERS');
    });

    it('succeeds with a warning where nothing was lost', async () => {
      const [underway, ended] = await carried('RESTORE_PLACEHOLDERS');
      expect(ended.verdict).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
      expect(underway.preparation.warnings).toEqual([
        'No machine of the group has lost its placeholder: nothing will be done.',
      ]);
    });

    it('is partial where SRM began only a part', async () => {
      bench.vm('web-1').protection = 'PLACEHOLDER_VM_DELETED';
      const underway = await bench.ready(onWeb('RESTORE_PLACEHOLDERS'));
      await bench.send(underway);
      const [call] = underway.operation.calls;
      if (call?.ref) call.ref.startErrors = ['web-2 has no mapping.'];
      const { verdict } = await bench.end(underway);
      expect(verdict).toMatchObject({
        state: 'FAILED',
        outcome: 'PARTIAL',
        words: { message: 'web-2 has no mapping.' },
      });
    });
  });

  describe('somebody else’s change in between', () => {
    const settings = (changeVersion?: string) =>
      bench.command('UPDATE_RECOVERY_SETTINGS', bench.plan('erp-plan').id, {
        partNativeId: bench.vmId('erp-app'),
        input: { priority: 1, ...(changeVersion === undefined ? {} : { changeVersion }) },
      });
    const protection = (changeVersion?: string) =>
      bench.command('ENABLE_INSTANCE_PROTECTION', bench.group('erp').id, {
        partNativeId: bench.vmId('erp-app'),
        input: {
          settings: {
            folderId: 'Folder:group-v3:x',
            ...(changeVersion === undefined ? {} : { changeVersion }),
          },
        },
      });

    it.each([
      ['recovery settings', settings],
      ['protection settings', protection],
    ] as const)('of the %s is a conflict when the client saw another version', async (_, command) => {
      await expect(bench.judged(command('1'))).resolves.toMatchObject({ allowed: true });
      const { allowed, blocking } = await bench.judged(command('7'));
      expect({ allowed, codes: blocking.map(({ code }) => code) }).toEqual({
        allowed: false,
        codes: ['changed-meanwhile'],
      });
    });

    it('between the look and the send is refused by SRM, in words that say so', async () => {
      const underway = await bench.ready(protection());
      bench.vm('erp-app').protectionVersion += 1;
      const trouble = await bench.send(underway);
      expect(trouble).toMatchObject({ delivery: 'REFUSED', kind: 'CONFLICT', retry: 'PERMANENT' });
      expect(trouble?.message).toContain('The latest change_version is 2.');
    });

    it('as the same name for a plan is a blocker, and what makes a circle names its field', async () => {
      const name = { input: { name: 'web-plan' } };
      const codes = async (command: ReturnType<typeof settings>): Promise<string[]> =>
        (await bench.judged(command)).blocking.map(({ code }) => code);
      await expect(codes(bench.command('CREATE_RECOVERY_PLAN', null, name))).resolves.toEqual(['name-taken']);
      await expect(
        codes(bench.command('UPDATE_RECOVERY_PLAN', bench.plan('erp-plan').id, name)),
      ).resolves.toEqual(['name-taken']);
      bench.vm('erp-db').recovery.dependsOn = ['erp-app'];
      const circle = bench.command('UPDATE_RECOVERY_SETTINGS', bench.plan('erp-plan').id, {
        partNativeId: bench.vmId('erp-app'),
        input: { dependsOn: [bench.vmId('erp-db')] },
      });
      await expect(bench.prepare(circle)).rejects.toMatchObject({
        kind: 'INVALID_ARGUMENT',
        pointer: '/dependsOn',
      });
    });
  });
});

function only(underway: Underway, call: Underway['operation']['calls'][number]): Underway {
  return { ...underway, operation: { ...underway.operation, calls: [call] } };
}
