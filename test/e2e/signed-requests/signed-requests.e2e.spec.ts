import { readFileSync, writeFileSync } from 'node:fs';
import { useWorld } from '../../support/world.js';

const SECRET = 'SkExample-not-a-secret-0001';
const WRONG_SECRET = 'SkWrong-and-nobody-may-see-it';
const PASSWORD_AUTH = /auth: \{ type: password.*/;

describe('a site whose requests are signed with an access key', () => {
  const world = useWorld();
  let plain: string;
  beforeAll(() => {
    plain = readFileSync(world().env.SITES_FILE ?? '', 'utf8');
  });

  /** Both processes, started anew with the key in the sites file. */
  async function sign(secret: string): Promise<void> {
    const auth = `auth: { type: signature, accessKey: AKEXAMPLE0000001, secretKey: ${secret} }`;
    await world().stopApi();
    await world().killWorkers();
    await world().reset();
    writeFileSync(world().env.SITES_FILE ?? '', plain.replace(PASSWORD_AUTH, auth));
    await Promise.all([world().startApi(), world().startWorker()]);
  }

  async function requests() {
    const all = await world().sdrs.requests();
    return all.filter(({ path }) => path.startsWith('/v1/') || path.startsWith('/v3/'));
  }

  it('fails over and is protected again without a token, and without one refused signature', async () => {
    await sign(SECRET);
    const { api, sdrs } = world();
    const plan = await api.planNamed('erp-dr');
    await api.succeeded(await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' }));
    await api.succeeded(await api.run(plan.id, 'reprotect'));
    expect(await sdrs.executions()).toMatchObject([{ action: 'failover' }, { action: 'reprotect' }]);
    const seen = await requests();
    expect(seen.filter(({ path }) => path.startsWith('/v3/'))).toEqual([]);
    expect(seen.filter(({ status }) => status === 401)).toEqual([]);
    expect(seen.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  it('is unavailable with a wrong secret, is soon left in peace, and hides no other site', async () => {
    await sign(WRONG_SECRET);
    const { api } = world();
    for (let reads = 0; reads < 5; reads += 1) {
      const { sources } = await api.read<{ sources: object[] }>('/v1/protection-groups', {
        'cache-control': 'no-cache',
      });
      expect(sources).toMatchObject([
        {
          siteId: 'eu-cloud',
          state: 'UNAVAILABLE',
          error: { upstream: { status: 401, code: 'APIGW.0301' } },
        },
        { siteId: 'berlin-dc', state: 'FRESH', error: null },
      ]);
      expect(JSON.stringify(sources)).not.toContain(WRONG_SECRET);
    }
    // Three of each process: the key would be locked for all its users after the sixth.
    expect((await requests()).filter(({ status }) => status === 401).length).toBeLessThanOrEqual(6);
    expect(world().logs).not.toContain(WRONG_SECRET);
  });
});
