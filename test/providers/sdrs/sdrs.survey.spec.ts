import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { aGroup, driverOf, errorOf, GROUP_ID, patiently, ScriptedUpstream } from './scripted-upstream.js';

const DRILL = { id: 'd1', name: 'spring', status: 'available', server_group_id: GROUP_ID };

/** What cannot be true is no inventory: it is refused, and asked for again later. */
describe('a survey of sdrs', () => {
  let upstream: ScriptedUpstream;
  let driver: ProviderDriver;

  beforeEach(async () => {
    upstream = await new ScriptedUpstream().open();
    driver = driverOf(upstream);
    groups([aGroup(), aGroup({ id: 'g2' })]);
    drills([DRILL]);
  });
  afterEach(() => upstream.close());

  it('tells groups, their plans and every drill, in two requests for each of two lists', async () => {
    const survey = await driver.survey(patiently);
    expect(survey).toMatchObject({
      groups: [{ id: `otc.${GROUP_ID}` }, { id: 'otc.g2' }],
      plans: [{ id: `otc.${GROUP_ID}`, implicit: true }, { id: 'otc.g2' }],
      drills: [{ id: 'otc.d1', recoveryPlanId: `otc.${GROUP_ID}`, state: 'ACTIVE' }],
      runs: [],
    });
    expect(upstream.asked.filter(({ path }) => !path.startsWith('/v3/'))).toHaveLength(4);
  });

  it('takes an empty project for an empty project', async () => {
    groups([]);
    drills([]);
    expect(await driver.survey(patiently)).toEqual({ groups: [], plans: [], drills: [], runs: [] });
  });

  it('keeps a word of tomorrow', async () => {
    groups([aGroup({ status: 'levitating' })]);
    const survey = await driver.survey(patiently);
    expect(survey.groups).toMatchObject([{ state: 'UNKNOWN', upstream: { state: 'levitating' } }]);
  });

  it.each<[string, unknown[], number]>([
    ['half a list', [aGroup()], 2],
    ['a count without anything', [], 2],
    ['more than it counts', [aGroup(), aGroup({ id: 'g2' })], 1],
    ['one group in two ways', [aGroup(), aGroup({ status: 'available' })], 2],
    ['a group without an id', [aGroup({ id: null })], 1],
    ['a group without its status', [aGroup({ status: null })], 1],
    ['a group with nothing but its id', [{ id: 'g1' }], 1],
  ])('refuses %s', async (_, items, count) => {
    groups(items, count);
    expect(await errorOf(driver.survey(patiently))).toMatchObject({ kind: 'BAD_ANSWER', retry: 'TEMPORARY' });
  });

  it.each<[string, object]>([
    ['a drill of no group', { ...DRILL, server_group_id: null }],
    ['a drill without its status', { ...DRILL, status: null }],
  ])('refuses %s', async (_, drill) => {
    drills([drill]);
    expect((await errorOf(driver.survey(patiently))).kind).toBe('BAD_ANSWER');
  });

  it('refuses a list that loses an entry between two pages', async () => {
    const pages = [[aGroup(), aGroup({ id: 'g2' })], [aGroup({ id: 'g2' })], []];
    upstream.on('GET /server-groups', ({ offset }) => ({
      body: { server_groups: pages[offset === 0 ? 0 : offset - 1] ?? [], count: 3 },
    }));
    expect((await errorOf(driver.survey(patiently))).message).toContain('counts 3 and shows 2');
  });

  function groups(items: unknown[], count = items.length): void {
    upstream.on('GET /server-groups', { body: { server_groups: items, count } });
  }

  function drills(items: unknown[]): void {
    upstream.on('GET /disaster-recovery-drills', {
      body: { disaster_recovery_drills: items, count: items.length },
    });
  }
});
