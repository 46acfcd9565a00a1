import type { ProtectedInstanceListDto } from '../../../src/api/dto/inventory.dto.js';
import type { OperationDto, PreflightReportDto } from '../../../src/api/dto/operation.dto.js';
import type {
  PlannedInstanceListDto,
  PlanPromptListDto,
  RecoverySettingsDto,
  RecoveryStepDto,
  RecoveryStepListDto,
  TestNetworkListDto,
} from '../../../src/api/dto/plan-parts.dto.js';
import { useWorld } from '../../support/world.js';

interface Named {
  id: string;
  name: string;
}

describe('parts of SRM groups and plans', () => {
  const world = useWorld();
  beforeEach(() => world().reset());

  const named = (path: string, name: string): Promise<Named> => world().api.named<Named>(path, name);
  const group = (name: string) => named('/v1/protection-groups?siteId=berlin-dc', name);
  const plan = async (name: string): Promise<string> =>
    `/v1/recovery-plans/${(await named('/v1/recovery-plans?siteId=berlin-dc', name)).id}`;

  async function done(method: string, path: string, body?: object): Promise<OperationDto> {
    return world().api.succeeded(await world().api.start(method, path, body));
  }

  it('a plan is made, edited and deleted', async () => {
    const { api } = world();
    const [erp, mail] = [await group('erp'), await group('mail')];
    const networks = await api.read<TestNetworkListDto>(`${await plan('erp-plan')}/test-networks`);
    const wish = networks.items.map(({ networkId, testNetworkId }) => ({ networkId, testNetworkId }));
    const made = await done('POST', '/v1/recovery-plans', {
      siteId: 'berlin-dc',
      name: 'night-plan',
      description: 'outside of office hours',
      protectionGroupIds: [mail.id],
      testNetworks: wish,
    });
    const id = made.result?.recoveryPlanId ?? '';
    const path = `/v1/recovery-plans/${id}`;
    expect(await api.plan(id)).toMatchObject({ name: 'night-plan', protectionGroupIds: [mail.id] });
    expect((await api.read<TestNetworkListDto>(`${path}/test-networks`)).items).toMatchObject(wish);

    await done('PATCH', path, { name: 'weekend-plan', protectionGroupIds: [erp.id], testNetworks: [] });
    expect(await api.plan(id)).toMatchObject({ name: 'weekend-plan', protectionGroupIds: [erp.id] });
    expect((await api.read<TestNetworkListDto>(`${path}/test-networks`)).items).toEqual([]);

    await done('DELETE', `${path}?reason=not%20needed`);
    expect((await api.refused('GET', path)).body.code).toBe('not-found');
  });

  it('a machine’s priority, start and dependencies are changed, and not over somebody else’s change', async () => {
    const { api } = world();
    const path = `${await plan('web-plan')}/protected-instances`;
    const { items } = await api.read<PlannedInstanceListDto>(path);
    const [one, other] = items.filter(({ priority }) => priority === 3);
    const settings = `${path}/${one?.id}/recovery-settings`;
    const before = await api.read<RecoverySettingsDto>(settings);
    await done('PATCH', settings, { dependsOn: [other?.id], changeVersion: before.changeVersion });
    const after = await api.read<RecoverySettingsDto>(settings);
    expect(after).toMatchObject({ dependsOn: [other?.id], priority: 3, startupAction: 'POWER_ON' });
    expect(after.changeVersion).not.toBe(before.changeVersion);

    const stale = { priority: 1, changeVersion: before.changeVersion };
    const refused = await api.ask('PATCH', settings, { body: stale });
    expect(refused.status).toBe(409);

    await done('PATCH', settings, {
      dependsOn: [],
      priority: 5,
      startupAction: 'DO_NOT_POWER_ON',
      skipGuestShutdown: true,
    });
    expect(await api.read<RecoverySettingsDto>(settings)).toMatchObject({
      dependsOn: [],
      priority: 5,
      startupAction: 'DO_NOT_POWER_ON',
      skipGuestShutdown: true,
    });
  });

  it('a command and a prompt are inserted, changed and removed', async () => {
    const { api } = world();
    const steps = `${await plan('erp-plan')}/recovery-steps`;
    const list = async () => (await api.read<RecoveryStepListDto>(`${steps}?workflow=TEST`)).items;
    const titled = async (title: string) => (await list()).find((step) => step.title === title);
    const before = await list();

    const prompt = { type: 'PROMPT', name: 'Look around', content: 'All well?' };
    await done('POST', `${steps}?workflow=TEST`, prompt);
    expect((await list()).at(-1)?.title).toBe('Look around');
    const first = before.find(({ insertable }) => insertable);
    await done('POST', `${steps}?workflow=TEST`, {
      type: 'COMMAND_ON_SERVER',
      name: 'Tell everybody',
      content: '/opt/tell.sh',
      timeoutSeconds: 60,
      beforeStepId: first?.id,
    });
    expect(await list()).toHaveLength(before.length + 2);
    const command = await titled('Tell everybody');
    const shown = await api.read<RecoveryStepDto>(`${steps}/${command?.id}?workflow=TEST`);
    expect(shown.callout).toEqual({
      type: 'COMMAND_ON_SERVER',
      name: 'Tell everybody',
      content: '/opt/tell.sh',
      timeoutSeconds: 60,
    });

    const change = { content: '/opt/tell-all.sh', expectedTitle: 'Tell everybody' };
    await done('PATCH', `${steps}/${command?.id}?workflow=TEST`, change);
    const changed = await api.read<RecoveryStepDto>(`${steps}/${command?.id}?workflow=TEST`);
    expect(changed.callout).toMatchObject({ content: '/opt/tell-all.sh', timeoutSeconds: 60 });

    const removal = (id: string | undefined, title: string) =>
      `${steps}/${id}?workflow=TEST&expectedTitle=${encodeURIComponent(title)}`;
    const prompted = await titled('Look around');
    for (const [method, path, body] of [
      ['DELETE', removal(prompted?.id, 'Tell everybody'), undefined],
      ['PATCH', `${steps}/${prompted?.id}?workflow=TEST`, change],
    ] as const) {
      const refused = await api.refused(method, path, body ? { body } : {});
      expect(refused.status).toBe(409);
      expect(refused.body.blocking).toMatchObject([
        { code: 'changed-meanwhile', text: expect.stringContaining('is now “Look around”') as string },
      ]);
    }
    const untold = await api.refused('DELETE', `${steps}/${command?.id}?workflow=TEST`);
    expect(untold.body.detail).toBe('Not valid: expectedTitle.');
    expect(await list()).toHaveLength(before.length + 2);

    const path = removal(command?.id, 'Tell everybody');
    const { body: dry } = await api.ask<PreflightReportDto>('DELETE', `${path}&validateOnly=true`);
    expect(dry.wouldSubmit.map(({ label }) => label)).toEqual(['Remove step Tell everybody']);
    await done('DELETE', path);
    expect(await titled('Tell everybody')).toBeUndefined();
    expect(await list()).toHaveLength(before.length + 1);
  });

  it('a drill waits at a prompt, which is answered through its operation', async () => {
    const { api } = world();
    const path = await plan('erp-plan');
    const prompt = { type: 'PROMPT', name: 'Look around', content: 'All well?' };
    await done('POST', `${path}/recovery-steps?workflow=TEST`, prompt);
    const drill = await api.start('POST', `${path}/actions/start-drill`, {});
    const waiting = await api.inState(drill.id, 'WAITING_FOR_INPUT');
    expect(waiting.prompts).toHaveLength(1);
    expect(waiting.links.input).toBe(`/v1/operations/${drill.id}/input`);
    const { items } = await api.read<PlanPromptListDto>(`${path}/prompts`);
    expect(items).toMatchObject([{ id: waiting.prompts[0]?.id }]);

    const answer = { promptId: waiting.prompts[0]?.id, answer: 'CONTINUE' };
    const wrong = await api.refused('POST', `${waiting.links.input}`, { body: { ...answer, promptId: 'x' } });
    expect(wrong.body.code).toBe('no-such-prompt');
    const told = await api.ask<OperationDto>('POST', `${waiting.links.input}`, { body: answer });
    expect(told.status).toBe(202);
    expect(told.body.input).toMatchObject({ promptId: answer.promptId, requestedBy: 'admin' });
    await api.succeeded(drill);
    const answers = (await world().srm.executions()).filter(({ action }) => action === 'dismiss-prompt');
    expect(answers).toHaveLength(1);
  });

  it('a machine is put into a group, placed, taken out of protection and out of the group', async () => {
    const { api } = world();
    const { id } = await group('mail');
    const path = `/v1/protection-groups/${id}/protected-instances`;
    const serverId = 'VirtualMachine:vm-37:11111111-aaaa-4aaa-8aaa-111111111111';
    await done('POST', path, { serverId });
    const { items } = await api.read<ProtectedInstanceListDto>(path);
    const instance = items.find(({ name }) => name === 'crm-1');
    expect(instance).toBeDefined();
    const machine = `${path}/${instance?.id}`;
    if (instance?.state !== 'PROTECTED') await done('POST', `${machine}/actions/enable-protection`, {});
    const before = await api.read<{ changeVersion: string | null }>(`${machine}/protection-settings`);
    const folderId = 'Folder:group-v3:22222222-bbbb-4bbb-8bbb-222222222222';
    const settings = { folderId, changeVersion: before.changeVersion ?? undefined };
    await done('PUT', `${machine}/protection-settings`, { settings });
    const [placed] = (await world().srm.changes()).slice(-1);
    expect(placed?.path).toMatch(/\/protection-settings$/);
    expect(placed?.body).toMatchObject({ folder: { target: folderId } });
    await done('POST', `${machine}/actions/disable-protection`, {});
    expect(await api.read<object>(machine)).toMatchObject({ state: 'UNPROTECTED' });
    await done('DELETE', machine);
    const left = await api.read<ProtectedInstanceListDto>(path);
    expect(left.items.map(({ name }) => name)).not.toContain('crm-1');
  });
});
