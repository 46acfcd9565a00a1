import type {
  DrillListDto,
  ProtectedInstanceListDto,
  ProtectionGroupDto,
} from '../../../src/api/dto/inventory.dto.js';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { useWorld } from '../../support/world.js';

interface CreationOptions {
  candidateVms: { id: string; name: string }[];
}

describe('what SRM holds, once round', () => {
  const world = useWorld();

  /** The last request that asked for a change: its path's end, and its body. */
  async function lastSent(): Promise<[string, unknown]> {
    const sent = (await world().srm.changes()).at(-1);
    return [(sent?.path ?? '').split('/').slice(-1)[0] ?? '', sent?.body];
  }

  describe('a group', () => {
    let groupId: string;
    let vms: string[];

    const path = (suffix = ''): string => `/v1/protection-groups/${groupId}${suffix}`;
    const group = (): Promise<ProtectionGroupDto> => world().api.read<ProtectionGroupDto>(path());
    const done = async (started: Promise<OperationDto>): Promise<OperationDto> =>
      world().api.succeeded(await started);
    const states = async (): Promise<string[]> => {
      const { items } = await world().api.read<ProtectedInstanceListDto>(path('/protected-instances'));
      return items.map(({ state }) => state);
    };

    it('is created from replicated machines that no other group has', async () => {
      const { api } = world();
      const { candidateVms } = await api.read<CreationOptions>('/v1/sites/berlin-dc/creation-options');
      vms = candidateVms.filter(({ name }) => name.startsWith('crm-')).map(({ id }) => id);
      const { result } = await done(
        api.start('POST', '/v1/protection-groups', { siteId: 'berlin-dc', name: 'crm', hbrSpec: { vms } }),
      );
      groupId = result?.protectionGroupId ?? '';
      expect(await group()).toMatchObject({ name: 'crm', description: null, state: 'PROTECTED' });
      expect(await lastSent()).toMatchObject([
        'groups',
        {
          name: 'crm',
          replication_type: 'HBR',
          hbr_spec: { vms },
          protected_vc_guid: expect.any(String) as string,
        },
      ]);
    });

    it('is disabled machine by machine, and enabled as a whole', async () => {
      const { api } = world();
      const before = (await world().srm.changes()).length;
      const disabled = await done(api.start('POST', path('/actions/disable-protection')));
      const sent = (await world().srm.changes())
        .slice(before)
        .map((request) => request.path.split('/').at(-1));
      expect(sent).toEqual(['remove-protection', 'remove-protection']);
      expect(disabled.upstream.jobs).toHaveLength(2);
      expect(await states()).toEqual(['UNPROTECTED', 'UNPROTECTED']);
      expect(await group()).toMatchObject({ state: 'UNPROTECTED', upstream: { state: 'NOT_CONFIGURED' } });

      await done(api.start('POST', path('/actions/enable-protection')));
      expect((await lastSent())[0]).toBe('configure-all-vms');
      expect(await states()).toEqual(['PROTECTED', 'PROTECTED']);
      expect(await group()).toMatchObject({ state: 'PROTECTED', upstream: { state: 'OK' } });
    });

    it('is renamed and described with its machines untouched, and deleted', async () => {
      const { api } = world();
      await done(api.start('PATCH', path(), { name: 'crm-2', description: 'CRM, both' }));
      expect(await lastSent()).toEqual([
        'reconfigure',
        {
          name: 'crm-2',
          description: 'CRM, both',
          hbr_spec: { vms: expect.arrayContaining(vms) as string[] },
        },
      ]);
      expect(await group()).toMatchObject({ name: 'crm-2', description: 'CRM, both', state: 'PROTECTED' });
      expect(await states()).toEqual(['PROTECTED', 'PROTECTED']);
      await done(api.start('DELETE', path()));
      expect((await api.refused('GET', path())).status).toBe(404);
    });
  });

  describe('a plan', () => {
    let planId: string;

    const run = async (action: string, body = {}): Promise<OperationDto> => {
      const operation = await world().api.run(planId, action, body);
      return world().api.succeeded(operation);
    };
    const plan = () => world().api.plan(planId);

    it('is rehearsed by a drill, which is cleaned up', async () => {
      const { api } = world();
      planId = (await api.planNamed('erp-plan')).id;
      await run('start-drill', { syncData: false });
      expect(await lastSent()).toEqual(['test', { sync_data: false }]);
      expect(await plan()).toMatchObject({ state: 'DRILL_ACTIVE', activeSite: 'PRODUCTION' });
      const { items } = await api.read<DrillListDto>(`/v1/recovery-plans/${planId}/drills`);
      expect(items).toMatchObject([{ state: 'ACTIVE' }]);
      await run('clean-up-drill');
      expect(await lastSent()).toEqual(['cleanup', { forced: false }]);
      expect(await plan()).toMatchObject({ state: 'PROTECTED' });
    });

    it('moves over in good order, and is reprotected without force', async () => {
      await run('planned-failover', { direction: 'TO_RECOVERY', migrateEligibleVms: true });
      expect(await lastSent()).toEqual([
        'recovery',
        {
          planned_failover: true,
          sync_data: true,
          migrate_eligible_vms: true,
          skip_protection_site_operations: false,
        },
      ]);
      expect(await plan()).toMatchObject({ state: 'FAILED_OVER', activeSite: 'RECOVERY' });
      await run('reprotect', { forced: false });
      expect(await lastSent()).toEqual(['reprotect', { forced: false }]);
      expect(await plan()).toMatchObject({
        state: 'PROTECTED',
        activeSite: 'RECOVERY',
        nextDirection: 'TO_PRODUCTION',
      });
    });

    it('fails back home, and is reprotected by force', async () => {
      await run('failover', {
        direction: 'TO_PRODUCTION',
        skipProtectionSiteOperations: false,
        syncData: true,
      });
      expect(await lastSent()).toEqual([
        'recovery',
        {
          planned_failover: false,
          sync_data: true,
          migrate_eligible_vms: false,
          skip_protection_site_operations: false,
        },
      ]);
      expect(await plan()).toMatchObject({ state: 'FAILED_OVER', activeSite: 'PRODUCTION' });
      await run('reprotect', { forced: true });
      expect(await lastSent()).toEqual(['reprotect', { forced: true }]);
      expect(await plan()).toMatchObject({
        state: 'PROTECTED',
        activeSite: 'PRODUCTION',
        nextDirection: 'TO_RECOVERY',
      });
    });

    it('was run exactly as often as it was asked for', async () => {
      const executed = (await world().srm.executions()).filter(({ targetId }) =>
        targetId.includes('RecoveryPlan'),
      );
      expect(executed.map(({ action }) => action)).toEqual([
        'test',
        'cleanup',
        'recovery',
        'reprotect',
        'recovery',
        'reprotect',
      ]);
    });
  });

  describe('a plan that touches two groups', () => {
    it('moves both, and its neighbour sees it', async () => {
      const { api } = world();
      const campus = await api.planNamed('campus-plan');
      const operation = await api.run(campus.id, 'failover', { direction: 'TO_RECOVERY' });
      await api.succeeded(operation);
      const groups = await api.read<{ items: ProtectionGroupDto[] }>(
        `/v1/recovery-plans/${campus.id}/protection-groups`,
      );
      expect(groups.items.map(({ name, activeSite }) => [name, activeSite])).toEqual([
        ['web', 'RECOVERY'],
        ['mail', 'RECOVERY'],
      ]);
      expect(await api.plan((await api.planNamed('web-plan')).id)).toMatchObject({ activeSite: 'RECOVERY' });
    });
  });
});
