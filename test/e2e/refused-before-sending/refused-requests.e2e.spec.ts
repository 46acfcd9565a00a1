import type { ProblemDto } from '../../../src/api/dto/problem.dto.js';
import type { Asking } from '../../support/client.js';
import { useWorld } from '../../support/world.js';

describe('a request that is not in order', () => {
  const world = useWorld();
  let failover: string;
  let sites: Record<'sdrs' | 'srm', object>;

  beforeAll(async () => {
    const plan = await world().api.planNamed('erp-dr');
    failover = `/v1/recovery-plans/${plan.id}/actions/failover`;
    const zones = { sourceAvailabilityZone: 'eu-de-01', targetAvailabilityZone: 'eu-de-02' };
    sites = {
      sdrs: { siteId: 'eu-cloud', name: 'new', domainId: 'd', sourceVpcId: 'v', ...zones },
      srm: { siteId: 'berlin-dc', name: 'new', hbrSpec: { vms: ['VirtualMachine:vm-1:guid'] } },
    };
  });

  beforeEach(() => world().sdrs.control('DELETE', '/journal'));
  afterEach(async () => {
    expect([...(await world().sdrs.changes()), ...(await world().srm.changes())]).toEqual([]);
  });

  async function refused(path: string, asking: Asking, method = 'POST'): Promise<[number, ProblemDto]> {
    const { status, body } = await world().api.refused(method, path, asking);
    return [status, body];
  }

  it.each([
    ['a direction is missing', {}, '/direction'],
    ['a direction is no direction', { direction: 'SIDEWAYS' }, '/direction'],
    ['a field is not known', { direction: 'TO_RECOVERY', colour: 'red' }, '/colour'],
    ['a field is of the wrong type', { direction: 'TO_RECOVERY', validateOnly: 'yes' }, '/validateOnly'],
    ['a field is of the other kind', { direction: 'TO_RECOVERY', syncData: true }, '/syncData'],
    ['null stands for an absent field', { direction: 'TO_RECOVERY', validateOnly: null }, '/validateOnly'],
    ['a text is too long', { direction: 'TO_RECOVERY', reason: 'x'.repeat(501) }, '/reason'],
  ])('names the field when %s', async (_what, body, pointer) => {
    const [status, problem] = await refused(failover, { body });
    expect({ status, code: problem.code }).toEqual({ status: 400, code: 'invalid-request' });
    expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
  });

  it('names every fault at once', async () => {
    const [, problem] = await refused(failover, { body: { direction: 1, reason: 2, colour: 3 } });
    expect(new Set(problem.errors?.map(({ pointer }) => pointer))).toEqual(
      new Set(['/direction', '/reason', '/colour']),
    );
  });

  it.each([
    ['sdrs', { hbrSpec: { vms: ['VirtualMachine:vm-1:guid'] } }, '/hbrSpec'],
    ['sdrs', { replicationType: 'HBR' }, '/replicationType'],
    ['srm', { sourceVpcId: 'vpc' }, '/sourceVpcId'],
    ['srm', { drType: 'migration' }, '/drType'],
    ['sdrs', { domainId: undefined }, '/domainId'],
    ['srm', { hbrSpec: undefined }, '/hbrSpec'],
    ['srm', { hbrSpec: { vms: [] } }, '/hbrSpec/vms'],
    ['sdrs', { name: '' }, '/name'],
  ] as const)(
    'names the field that a new group of %s may not have or lacks: %j',
    async (site, change, pointer) => {
      const [status, problem] = await refused('/v1/protection-groups', {
        body: { ...sites[site], ...change },
      });
      expect({ status, code: problem.code }).toEqual({ status: 400, code: 'invalid-request' });
      expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
    },
  );

  it('is not taken when the group cannot be changed that way', async () => {
    const group = failover.replace('recovery-plans', 'protection-groups').replace('/actions/failover', '');
    const [status, problem] = await refused(group, { body: { description: 'other words' } }, 'PATCH');
    expect(status).toBe(400);
    expect(problem.errors).toMatchObject([{ pointer: '/description' }]);
  });

  it('is not taken without an Idempotency-Key, nor with a strange one', async () => {
    const body = { direction: 'TO_RECOVERY' };
    const [status, problem] = await refused(failover, { body, key: null });
    expect({ status, code: problem.code }).toEqual({ status: 400, code: 'idempotency-key-missing' });
    expect(problem.errors).toMatchObject([{ header: 'Idempotency-Key' }]);
    const [other, strange] = await refused(failover, { body, key: 'k'.repeat(256) });
    expect({ status: other, code: strange.code }).toEqual({ status: 400, code: 'invalid-request' });
  });

  it.each([
    ['is not JSON', { rawBody: '{"direction": ' }, 400, 'invalid-request'],
    ['is a list', { rawBody: '[]' }, 400, 'invalid-request'],
    ['is null', { rawBody: 'null' }, 400, 'invalid-request'],
    ['pollutes prototypes', { rawBody: '{"__proto__": {"admin": true}}' }, 400, 'invalid-request'],
    ['is too large', { rawBody: JSON.stringify({ reason: 'x'.repeat(70_000) }) }, 413, 'payload-too-large'],
    [
      'is a form',
      { rawBody: 'direction=TO_RECOVERY', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported-media-type',
    ],
  ])('is a problem when its body %s', async (_what, asking, wanted, code) => {
    const [status, problem] = await refused(failover, asking);
    expect({ status, code: problem.code }).toEqual({ status: wanted, code });
  });

  it.each([
    ['no key', { authorization: '' }],
    ['a wrong key', { authorization: 'Bearer wrong' }],
    ['another scheme', { authorization: 'Basic ZGVtbzpkZW1v' }],
  ])('is nobody’s with %s', async (_what, headers) => {
    for (const [method, path] of [
      ['POST', failover],
      ['GET', '/v1/sites'],
      ['GET', '/v1/operations/eu-cloud.x/events'],
      ['GET', '/metrics'],
    ] as const) {
      const answer = await world().api.refused(method, path, { headers });
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });
});
