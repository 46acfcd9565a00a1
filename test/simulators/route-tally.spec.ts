import { Site } from './both-sites.js';
import { PROJECT } from './sdrs-client.js';
import type { RouteTally } from '../../simulators/engine/routes.js';

afterAll(() => Site.closeAll());

interface Tally {
  routes: RouteTally[];
  strays: { request: string; hits: number }[];
}

async function tally(site: Site): Promise<Tally> {
  return JSON.parse((await site.control('GET', '/routes')).text) as Tally;
}

const asked = ({ routes }: Tally) => routes.filter(({ hits }) => hits > 0);

/** Section 2 of the reference, by its numbers; 9 to 12 are one route with four words. */
const SDRS_ROUTES = `
GET / | GET /{api_version} | GET {p}/active-domains | POST {p}/server-groups | GET {p}/server-groups
GET {p}/server-groups/{server_group_id} | PUT {p}/server-groups/{server_group_id} | DELETE {p}/server-groups/{server_group_id}
POST {p}/server-groups/{server_group_id}/action
POST {p}/protected-instances | POST {p}/protected-instances/batch | POST {p}/protected-instances/delete | GET {p}/protected-instances
GET {p}/protected-instances/{protected_instance_id} | PUT {p}/protected-instances/{protected_instance_id}
DELETE {p}/protected-instances/{protected_instance_id}
POST {p}/protected-instances/{protected_instance_id}/attachreplication
DELETE {p}/protected-instances/{protected_instance_id}/detachreplication/{replication_id}
POST {p}/protected-instances/{protected_instance_id}/nic | POST {p}/protected-instances/{protected_instance_id}/nic/delete
POST {p}/protected-instances/{protected_instance_id}/resize
POST {p}/replications | GET {p}/replications | GET {p}/replications/{replication_id} | PUT {p}/replications/{replication_id}
DELETE {p}/replications/{replication_id} | POST {p}/replications/{replication_id}/action
POST {p}/disaster-recovery-drills | GET {p}/disaster-recovery-drills
GET {p}/disaster-recovery-drills/{disaster_recovery_drill_id} | PUT {p}/disaster-recovery-drills/{disaster_recovery_drill_id}
DELETE {p}/disaster-recovery-drills/{disaster_recovery_drill_id}
POST {p}/protected-instances/{protected_instance_id}/tags | POST {p}/protected-instances/{protected_instance_id}/tags/action
DELETE {p}/protected-instances/{protected_instance_id}/tags/{key} | GET {p}/protected-instances/{protected_instance_id}/tags
GET {p}/protected-instances/tags | POST {p}/protected-instances/resource_instances/action
GET {p}/task-center/failure-jobs | DELETE {p}/task-center/failure-jobs/{failure_job_id} | DELETE {p}/task-center/failure-jobs/batch
DELETE {p}/task-center/{server_group_id}/failure-jobs/batch
GET {p}/sdrs/quotas | GET {p}/resource/rpo-statistics | GET {p}/jobs/{job_id}
`;

describe('the tally of routes', () => {
  it("names SDRS's 48 operations by 45 routes as its document writes them, and the five of IAM", async () => {
    const site = await Site.open('sdrs');
    const { routes } = await tally(site);
    const of = (api: string) =>
      routes.filter((route) => route.api === api).map(({ method, path }) => `${method} ${path}`);
    const documented = SDRS_ROUTES.replaceAll('{p}', '/v1/{project_id}')
      .split(/\n|\|/)
      .map((row) => row.trim());
    expect(of('sdrs').sort()).toEqual(documented.filter(Boolean).sort());
    expect(of('sdrs')).toHaveLength(45);
    expect(of('iam')).toHaveLength(5);
  });

  it("names SRM's routes relative to its base, 150 in v2 and those of 1.0 in v1", async () => {
    const { routes } = await tally(await Site.open('srm'));
    const paths = (api: string) =>
      routes.filter((route) => route.api === api).map(({ method, path }) => `${method} ${path}`);
    expect(paths('v2')).toHaveLength(150);
    expect(paths('v2')).toContain(
      'POST /pairings/{pairing_id}/recovery-management/plans/{plan_id}/actions/reprotect',
    );
    // Pairing create, delete and reconnect and the folder trees came with 2.0 (section 1.2).
    expect(paths('v2').filter((path) => !paths('v1').includes(path))).toHaveLength(17);
    expect(new Set(routes.map(({ api }) => api))).toEqual(new Set(['v1', 'v2']));
  });

  it.each(['sdrs', 'srm'] as const)('counts at %s what was asked and how it was answered', async (name) => {
    const site = await Site.open(name);
    await site.control('DELETE', '/journal');
    await site.list();
    await site.change();
    await site.change();
    await site.preset('lost-request', { method: 'GET', path: undefined });
    await site.list().catch(() => undefined);
    await site.ask({ method: 'PATCH', path: '/nowhere?x=1' });
    const seen = await tally(site);
    const accepted = asked(seen).find(({ method }) => method === 'POST');
    expect(accepted).toMatchObject({ hits: 2, answers: { '2xx': 1, '4xx': 1 } });
    expect(accepted?.words).toEqual(name === 'sdrs' ? { 'failover-server-group': 2 } : {});
    expect(asked(seen).find(({ method }) => method === 'GET')).toMatchObject({
      hits: 2,
      answers: { '2xx': 1, none: 1 },
    });
    expect(seen.strays).toEqual([{ request: 'PATCH /nowhere', hits: 1 }]);
    expect(site.running.simulator.routes.list()).toEqual(seen.routes);
    await site.control('DELETE', '/journal');
    expect(asked(await tally(site))).toEqual([]);
  });

  it('tells the words of one route with several operations apart', async () => {
    const site = await Site.open('sdrs');
    const path = `/v1/${PROJECT}/protected-instances/resource_instances/action`;
    for (const action of ['filter', 'count', 'count'])
      await site.ask({ method: 'POST', path, body: { action } });
    const [query] = asked(await tally(site)).filter(({ words }) => Object.keys(words).length > 0);
    expect(query?.words).toEqual({ filter: 1, count: 2 });
  });
});
