import type { ProtectionGroupDto } from '../../../src/api/dto/inventory.dto.js';
import type { OperationDto, OperationListDto } from '../../../src/api/dto/operation.dto.js';
import { eventually } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';

interface CreationOptions {
  domains: { id: string; soldOut: boolean }[];
  sourceVpcIds: string[];
}
interface Named {
  id: string;
  name: string;
}

/** A killed worker's job is taken over after its lock has run out. */
const TAKEOVER_MS = 60_000;
const TEST_MS = 120_000;
const GROUPS = '/v1/protection-groups';

describe('a group of SDRS that is created with all that belongs to it', () => {
  const world = useWorld();
  let common: object;
  let servers: Named[];
  let volumes: Named[];

  beforeEach(async () => {
    const { api, sdrs } = world();
    await world().reset({ sdrs: { durationFactor: 0.01 } });
    const options = await api.read<CreationOptions>('/v1/sites/eu-cloud/creation-options');
    common = {
      siteId: 'eu-cloud',
      sourceAvailabilityZone: 'eu-de-01',
      targetAvailabilityZone: 'eu-de-02',
      domainId: options.domains.find(({ soldOut }) => !soldOut)?.id,
      sourceVpcId: options.sourceVpcIds[0],
      enableProtection: true,
    };
    ({ servers } = (await sdrs.control('GET', '/servers')) as { servers: Named[] });
    ({ volumes } = (await sdrs.control('GET', '/volumes')) as { volumes: Named[] });
  });

  const idOf = (list: Named[], name: string): string => list.find((one) => one.name === name)?.id ?? '';
  const instance = (name: string) => ({ serverId: idOf(servers, name), name });
  const states = ({ steps }: OperationDto) => steps.map(({ state }) => state);
  const executed = async () => (await world().sdrs.executions()).map(({ action }) => action);
  const children = async (id: string) =>
    (await world().api.read<OperationListDto>(`/v1/operations?parentId=${id}`)).items;

  const whole = () => ({
    ...common,
    name: 'crm-dr',
    protectedInstances: [instance('crm-app01'), instance('crm-db01')],
    replicationPairs: [
      {
        volumeId: idOf(volumes, 'archive-01'),
        name: 'archive',
        attachTo: { serverId: idOf(servers, 'crm-db01'), device: '/dev/vdb' },
      },
    ],
  });

  it(
    'is made step by step, each once, although the worker is killed in the middle',
    async () => {
      const { api, sdrs } = world();
      await sdrs.settings({ durationFactor: 0.1 });
      const { id } = await api.start('POST', GROUPS, whole());
      // The upstream has accepted it: who dies between an intent and its answer leaves a question.
      await eventually('an instance is being added', async () => {
        const all = await children(id);
        return all.find((one) => one.action === 'ADD_PROTECTED_INSTANCE' && one.state === 'RUNNING') ?? null;
      });
      await world().killWorkers();
      await sdrs.settings({ durationFactor: 0.01 });
      expect(await api.operation(id)).toMatchObject({ state: 'RUNNING', done: false });
      await world().startWorker();

      const ended = await api.ended(id, TAKEOVER_MS);
      expect(ended).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL', progressPercent: 100, error: null });
      expect(states(ended)).toEqual(Array.from({ length: 6 }, () => 'SUCCEEDED'));
      const ledger = await executed();
      expect(ledger).toHaveLength(6);
      expect(new Set(ledger).size).toBe(5);

      const groupId = ended.result?.protectionGroupId ?? '';
      expect(ended.target.id).toBe(groupId);
      expect(await api.read<ProtectionGroupDto>(`${GROUPS}/${groupId}`)).toMatchObject({
        name: 'crm-dr',
        state: 'PROTECTED',
        instanceCount: 2,
        replicationPairCount: 4,
      });
      const steps = await children(id);
      expect(steps.map((step) => step.id).sort()).toEqual(ended.steps.map((s) => s.operationId).sort());
      for (const step of steps) expect(step).toMatchObject({ parentId: id, state: 'SUCCEEDED' });
    },
    TEST_MS,
  );

  it('tells what is left when one instance is refused, and does the rest', async () => {
    const { api } = world();
    const protectedInstances = [instance('test-gpu01'), instance('crm-db01')];
    const { id } = await api.start('POST', GROUPS, { ...common, name: 'lab-dr', protectedInstances });
    const ended = await api.ended(id);
    expect(states(ended)).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED', 'SUCCEEDED']);
    expect(ended).toMatchObject({
      state: 'FAILED',
      outcome: 'PARTIAL',
      error: { code: 'outcome-partial', detail: expect.stringContaining('test-gpu01') as string },
    });
    const path = `${GROUPS}/${ended.result?.protectionGroupId ?? ''}`;
    expect(ended.error?.nextActions?.map(({ method, href }) => `${method ?? ''} ${href ?? ''}`)).toEqual([
      `POST ${path}/protected-instances`,
    ]);
    expect(await api.read<ProtectionGroupDto>(path)).toMatchObject({ state: 'PROTECTED', instanceCount: 1 });
  });

  it('can be looked at beforehand: what would be sent first, and nothing is', async () => {
    const answer = await world().api.ask('POST', GROUPS, { body: { ...whole(), validateOnly: true } });
    expect(answer).toMatchObject({ status: 200, body: { allowed: true, validateOnly: true } });
    expect(await executed()).toEqual([]);
  });

  it('is refused by the name of the field that SDRS has no place for', async () => {
    const body = { ...whole(), recoveryPlan: { name: 'crm' } };
    const refused = await world().api.refused('POST', GROUPS, { body });
    expect(refused.body).toMatchObject({ status: 400, errors: [{ pointer: '/recoveryPlan' }] });
  });
});

describe('a group of SRM that is created with its plan', () => {
  const world = useWorld();

  it('is created, held by its plan, and protected', async () => {
    const { api, srm } = world();
    await world().reset({ srm: { durationFactor: 0.01 } });
    const { candidateVms } = await api.read<{ candidateVms: Named[] }>(
      '/v1/sites/berlin-dc/creation-options',
    );
    const vms = candidateVms.filter(({ name }) => name.startsWith('crm-')).map(({ id }) => id);
    const { id } = await api.start('POST', GROUPS, {
      siteId: 'berlin-dc',
      name: 'crm',
      hbrSpec: { vms },
      recoveryPlan: { name: 'crm-plan' },
      enableProtection: true,
    });
    const ended = await api.ended(id);
    expect(ended).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
    expect(ended.steps.map(({ state }) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    const { protectionGroupId = '', recoveryPlanId = '' } = ended.result ?? {};
    expect(await api.read(`/v1/recovery-plans/${recoveryPlanId}`)).toMatchObject({
      name: 'crm-plan',
      state: 'PROTECTED',
      protectionGroupIds: [protectionGroupId],
    });
    // SRM protects the machines as it takes them in: there is nothing left to enable.
    expect(ended.steps[2]).toMatchObject({
      operationId: null,
      detail: expect.stringContaining('Already so') as string,
    });
    expect(await srm.executions()).toHaveLength(2);
  });
});
