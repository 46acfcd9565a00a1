import type { ProtectionGroupDto } from '../../../src/api/dto/inventory.dto.js';
import type { OperationDto, OperationListDto } from '../../../src/api/dto/operation.dto.js';
import { eventually } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';

interface Named {
  id: string;
  name: string;
}

/** Whatever is begun through the gateway is its own, at a site that is looked at all the time. */
describe('what is begun here is nobody else’s', () => {
  const world = useWorld({ env: { INVENTORY_REFRESH_MS: '300' }, workers: 2 });

  const done = async (operation: OperationDto): Promise<void> => {
    await world().api.succeeded(operation, 60_000);
  };
  const groupNamed = (name: string): Promise<ProtectionGroupDto> => world().api.groupNamed(name);

  it('drills, switches and a group with all that belongs to it', async () => {
    const { api, sdrs, srm } = world();
    await sdrs.settings({ durationFactor: 0.02 });
    await srm.settings({ durationFactor: 0.02 });
    const plans = await Promise.all(['erp-dr', 'erp-plan'].map((name) => api.planNamed(name)));
    for (const { id } of plans) {
      await done(await api.run(id, 'start-drill'));
      await done(await api.run(id, 'clean-up-drill'));
    }
    const group = `/v1/protection-groups/${(await groupNamed('erp-dr')).id}`;
    await done(await api.start('POST', `${group}/actions/disable-protection`, {}));
    await done(await api.start('POST', `${group}/actions/enable-protection`, {}));

    const options = await api.read<{ domains: { id: string; soldOut: boolean }[]; sourceVpcIds: string[] }>(
      '/v1/sites/eu-cloud/creation-options',
    );
    const { servers } = (await sdrs.control('GET', '/servers')) as { servers: Named[] };
    const server = servers.find(({ name }) => name === 'crm-app01');
    await done(
      await api.start('POST', '/v1/protection-groups', {
        siteId: 'eu-cloud',
        name: 'crm-dr',
        sourceAvailabilityZone: 'eu-de-01',
        targetAvailabilityZone: 'eu-de-02',
        domainId: options.domains.find(({ soldOut }) => !soldOut)?.id,
        sourceVpcId: options.sourceVpcIds[0],
        enableProtection: true,
        protectedInstances: [{ serverId: server?.id, name: 'crm-app01' }],
      }),
    );
    const looks = (await sdrs.requests('?path=server-groups')).length;
    await eventually('it was looked at again', async () => {
      const now = (await sdrs.requests('?path=server-groups')).length;
      return now > looks + 6 || null;
    });
    const path = '/v1/operations?pageSize=100';
    const { items } = await api.read<OperationListDto>(path);
    expect(items.length).toBeGreaterThanOrEqual(7);
    expect(items.filter(({ origin }) => origin === 'EXTERNAL')).toEqual([]);
  }, 180_000);
});
