import type { DrillListDto, ProtectionGroupDto } from '../../../src/api/dto/inventory.dto.js';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { SdrsConsole } from '../../support/sdrs-console.js';
import { useWorld } from '../../support/world.js';

interface CreationOptions {
  domains: { id: string; soldOut: boolean }[];
  sourceVpcIds: string[];
}

describe('a group of SDRS, from its creation to its end', () => {
  const world = useWorld();
  let zones: object;
  let groupId: string;

  beforeAll(async () => {
    const { domains, sourceVpcIds } = await world().api.read<CreationOptions>(
      '/v1/sites/eu-cloud/creation-options',
    );
    zones = {
      siteId: 'eu-cloud',
      sourceAvailabilityZone: 'eu-de-01',
      targetAvailabilityZone: 'eu-de-02',
      domainId: domains.find(({ soldOut }) => !soldOut)?.id,
      sourceVpcId: sourceVpcIds[0],
    };
  });

  const path = (suffix = ''): string => `/v1/protection-groups/${groupId}${suffix}`;
  const nativeId = (): string => groupId.slice('eu-cloud.'.length);
  const console = (): SdrsConsole => new SdrsConsole(world().sdrs);

  /** Runs it to a full success, and tells how the upstream shows the group then. */
  async function done(started: Promise<OperationDto>): Promise<Record<string, unknown>> {
    await world().api.succeeded(await started);
    return console().groupStatus(nativeId());
  }

  const plan = (action: string, body = {}): Promise<OperationDto> => world().api.run(groupId, action, body);
  const onGroup = (action: string): Promise<OperationDto> =>
    world().api.start('POST', path(`/actions/${action}`), {});

  /** Until then the upstream does not let go of it. */
  async function synchronised(): Promise<void> {
    await eventuallyTrue('it is synchronised', async () => {
      const { replicationProgressPercent } = await world().api.read<ProtectionGroupDto>(path());
      return replicationProgressPercent === 100;
    });
  }

  it('is created with every field, and its id is the result', async () => {
    const { api } = world();
    const operation = await api.start('POST', '/v1/protection-groups', {
      ...zones,
      name: 'crm-dr',
      description: 'CRM, both tiers',
      drType: 'migration',
      reason: 'new service',
    });
    expect(operation).toMatchObject({
      action: 'CREATE_PROTECTION_GROUP',
      target: { id: null, name: 'crm-dr' },
    });
    const { result, target } = await api.succeeded(operation);
    groupId = result?.protectionGroupId ?? '';
    expect(target).toEqual({ type: 'PROTECTION_GROUP', id: groupId, name: 'crm-dr', within: null });
    expect(await api.read<ProtectionGroupDto>(path())).toMatchObject({
      name: 'crm-dr',
      description: 'CRM, both tiers',
      state: 'UNPROTECTED',
      activeSite: 'PRODUCTION',
    });
  });

  it('may be created with the mandatory fields only', async () => {
    const { api } = world();
    const operation = await api.start('POST', '/v1/protection-groups', { ...zones, name: 'bare-dr' });
    const { result } = await api.succeeded(operation);
    const bare = await api.read<ProtectionGroupDto>(`/v1/protection-groups/${result?.protectionGroupId}`);
    expect(bare).toMatchObject({ name: 'bare-dr', description: null, state: 'UNPROTECTED' });
    const [created] = (await world().sdrs.changes()).slice(-1);
    expect(created?.body).toMatchObject({ server_group: { name: 'bare-dr', dr_type: 'migration' } });
  });

  it('is enabled, disabled and enabled again', async () => {
    await console().protectServer(nativeId(), 'crm-app01');
    expect(await done(onGroup('enable-protection'))).toMatchObject({ status: 'protected' });
    await synchronised();
    expect(await done(onGroup('disable-protection'))).toMatchObject({ status: 'available' });
    expect(await done(onGroup('enable-protection'))).toMatchObject({ status: 'protected' });
  });

  it('is rehearsed by a drill, which is cleaned up', async () => {
    const drills = `/v1/recovery-plans/${groupId}/drills`;
    expect(await done(plan('start-drill', { drillName: 'spring-drill' }))).toMatchObject({
      status: 'protected',
    });
    expect((await world().api.read<DrillListDto>(drills)).items).toMatchObject([
      { name: 'spring-drill', state: 'ACTIVE' },
    ]);
    await done(plan('clean-up-drill'));
    expect((await world().api.read<DrillListDto>(drills)).items).toEqual([]);
  });

  it('moves over and back in good order', async () => {
    const there = await done(plan('planned-failover', { direction: 'TO_RECOVERY' }));
    expect(there).toMatchObject({ status: 'protected', priority_station: 'target' });
    expect(await world().api.plan(groupId)).toMatchObject({
      activeSite: 'RECOVERY',
      nextDirection: 'TO_PRODUCTION',
    });
    const back = await done(plan('planned-failover', { direction: 'TO_PRODUCTION' }));
    expect(back).toMatchObject({ status: 'protected', priority_station: 'source' });
  });

  it('fails over, is reprotected there, and comes home', async () => {
    const failed = await done(plan('failover', { direction: 'TO_RECOVERY' }));
    expect(failed).toMatchObject({ status: 'failed-over', priority_station: 'target' });
    const again = await done(plan('reprotect'));
    expect(again).toMatchObject({ status: 'protected', priority_station: 'target' });
    const home = await done(plan('planned-failover', { direction: 'TO_PRODUCTION' }));
    expect(home).toMatchObject({ status: 'protected', priority_station: 'source' });
  });

  it('is renamed, emptied and deleted', async () => {
    const { api } = world();
    expect(await done(api.start('PATCH', path(), { name: 'crm-dr-2' }))).toMatchObject({ name: 'crm-dr-2' });
    await synchronised();
    await done(onGroup('disable-protection'));
    const full = await api.refused('DELETE', path());
    expect(full).toMatchObject({ status: 409, body: { code: 'action-not-allowed' } });
    expect(full.body.blocking?.map(({ code }) => code)).toContain('group-has-instances');
    await console().emptyGroup(nativeId());
    const gone = await api.succeeded(await api.start('DELETE', path()));
    expect(gone.target.name).toBe('crm-dr-2');
    expect((await api.refused('GET', path())).status).toBe(404);
  });

  it('was asked for each of it exactly once', async () => {
    const executed = (await world().sdrs.executions())
      .filter(({ action }) => !/instance/.test(action))
      .map(({ action }) => action);
    expect(executed).toEqual([
      'create-server-group',
      'create-server-group',
      'enable',
      'stop',
      'enable',
      'create-drill',
      'delete-drill',
      'reverse',
      'reverse',
      'failover',
      'reprotect',
      'reverse',
      'rename-server-group',
      'stop',
      'delete-server-group',
    ]);
  });
});
