import { useWorld } from '../../support/world.js';

const NEAR = [{ username: 'administrator@vsphere.local', password: 'demo-password' }];
const FAR = [{ username: 'administrator@remote.local', password: 'changed' }];

describe('a login at the far site that is refused', () => {
  const world = useWorld();

  it('is an upstream that is not available, not a plan in the wrong state', async () => {
    await world().reset();
    const { api, srm } = world();
    const plan = await api.planNamed('erp-plan');
    await srm.settings({ accounts: { a: NEAR, b: FAR } });
    await srm.control('DELETE', '/sessions');
    const path = `/v1/recovery-plans/${plan.id}/actions`;

    const { body } = await api.refused('POST', `${path}/start-drill`, { body: {} });
    expect(body).toMatchObject({
      status: 503,
      code: 'upstream-unavailable',
      blocking: [{ code: 'remote-session-missing' }],
    });
    const { items } = await api.read<{ items: { action: string; blocking: object[] }[] }>(path);
    const drill = items.find(({ action }) => action === 'START_DRILL');
    expect(drill?.blocking).toEqual([
      {
        code: 'remote-session-missing',
        text: expect.stringContaining('auth.remoteUserName') as string,
        remedy: expect.any(String) as string,
      },
    ]);

    const cleanUp = await api.refused('POST', `${path}/clean-up-drill`, { body: {} });
    expect(cleanUp.body).toMatchObject({ status: 409, code: 'action-not-allowed' });
    expect(await srm.executions()).toEqual([]);
  });
});
