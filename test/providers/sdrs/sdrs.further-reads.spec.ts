import type { FurtherRead, WhereOf } from '../../../src/providers/further-reads.js';
import type { CallContext, ProviderDriver } from '../../../src/providers/provider-driver.js';
import {
  driverOf,
  errorOf,
  GROUP_ID,
  patiently,
  ScriptedUpstream,
  type Answer,
} from './scripted-upstream.js';

const RPO = 'GET /resource/rpo-statistics';
const TAGGED = 'POST /protected-instances/resource_instances/action';

describe('the further reads of sdrs', () => {
  let upstream: ScriptedUpstream;
  let driver: ProviderDriver;

  beforeEach(async () => {
    upstream = await new ScriptedUpstream().open();
    driver = driverOf(upstream);
  });
  afterEach(() => upstream.close());

  it.each<[string, Answer]>([
    [
      'the gateway does not know the path',
      { status: 404, body: { error_msg: 'x', error_code: 'APIGW.0101' } },
    ],
    ['the service does not', { status: 404, body: { itemNotFound: { code: '404', message: 'x' } } }],
  ])('says that statistics are not offered when %s', async (_, answer) => {
    upstream.on(RPO, answer);
    expect(await errorOf(ask('rpoStatistics', {}))).toMatchObject({
      kind: 'UNSUPPORTED',
      retry: 'PERMANENT',
    });
  });

  it('does not take the page of somebody in between for that', async () => {
    upstream.on(RPO, { status: 404, body: '<html>' });
    expect((await errorOf(ask('rpoStatistics', {}))).kind).toBe('BAD_ANSWER');
  });

  it('cuts the window out of the statistics itself, and leaves out what has no time', async () => {
    const at = (point_time: string, id: string) => ({
      id,
      point_time,
      resource_num: 1,
      resource_type: 'replication',
    });
    const all = [
      at('2030-01-01 00:00', 'a'),
      at('2030-01-02 00:00', 'b'),
      at('', 'c'),
      at('2030-01-03 00:00', 'd'),
    ];
    upstream.on(RPO, { body: { resource_rpo_statistics: all } });
    const fromMs = Date.parse('2030-01-02T00:00:00Z');
    const untilMs = fromMs + 3_600_000;
    expect(await ask('rpoStatistics', { fromMs, untilMs })).toMatchObject([
      { time: '2030-01-02T00:00:00.000Z' },
    ]);
    expect(await ask('rpoStatistics', {})).toHaveLength(3);
  });

  it('asks for instances by tag page by page, with numbers as the documents spell them', async () => {
    const pages = [[anEntry('a'), anEntry('b')], [anEntry('c')], []];
    upstream.on(TAGGED, () => ({ body: { resources: pages.shift(), total_count: 3 } }));
    const found = await ask('instancesByTag', { tags: [{ key: 'tier', values: ['app'] }] });
    expect(found).toMatchObject([{ id: 'otc.a' }, { id: 'otc.b' }, { id: 'otc.c' }]);
    expect(
      upstream.asked.filter(({ method, path }) => `${method} ${path}` === TAGGED).map(({ body }) => body),
    ).toEqual(
      ['0', '2', '3'].map((offset) => ({
        action: 'filter',
        limit: '1000',
        offset,
        tags: [{ key: 'tier', values: ['app'] }],
      })),
    );
  });

  it('takes no part of a value for the value', async () => {
    tagged([anEntry('a')]);
    expect(await ask('instancesByTag', { tags: [{ key: 'tier', values: ['*pp'] }] })).toEqual([]);
    tagged([anEntry('a')]);
    expect(await ask('instancesByTag', { tags: [{ key: 'tier', values: [] }] })).toHaveLength(1);
  });

  it('reads an instance by its id where the entry does not hold it', async () => {
    tagged([{ ...anEntry('a'), resource_detail: {} }]);
    upstream.on('GET /protected-instances/a', { body: { protected_instance: anEntry('a').resource_detail } });
    expect(await ask('instancesByTag', { tags: [{ key: 'tier', values: [] }] })).toMatchObject([
      { id: 'otc.a', protectionGroupId: `otc.${GROUP_ID}` },
    ]);
  });

  it('tells failures with ids that lead back to their list', async () => {
    upstream.on(`GET /server-groups/${GROUP_ID}`, {
      body: { server_group: { id: GROUP_ID, status: 'protected' } },
    });
    const task = { job_id: 'j1', resource_id: 'r1', failure_status: 'createFail' };
    upstream.on(`GET /task-center/failure-jobs?server_group_id=${GROUP_ID}`, {
      body: { failure_jobs: [task] },
    });
    upstream.on('GET /task-center/failure-jobs', { body: { failure_jobs: [{ ...task, job_id: 'j2' }] } });
    expect(await ask('failedTasks', { groupId: GROUP_ID })).toMatchObject([
      { id: `${GROUP_ID}_j1`, protectionGroupId: `otc.${GROUP_ID}` },
    ]);
    expect(await ask('failedTasks', {})).toMatchObject([{ id: 'j2', protectionGroupId: null }]);
  });

  it.each<[string, Answer]>([
    ['an error in a 200', { body: { error: { code: 'SDRS.0013', message: 'x' } } }],
    ['quotas of no kind', { body: { quotas: {} } }],
  ])('does not take %s for no quotas', async (_, answer) => {
    upstream.on('GET /sdrs/quotas', answer);
    expect((await errorOf(ask('quotas', {}))).kind).not.toBe('NOT_FOUND');
  });

  function tagged(entries: unknown[]): void {
    const pages = [entries, []];
    upstream.on(TAGGED, () => ({ body: { resources: pages.shift() ?? [] } }));
  }

  async function ask<R extends FurtherRead>(name: R, where: WhereOf<R>): Promise<unknown> {
    const read = driver.further[name] as unknown as (where: WhereOf<R>, cx: CallContext) => Promise<unknown>;
    return read(where, patiently);
  }
});

function anEntry(id: string) {
  return {
    resource_id: id,
    resource_name: id,
    resource_detail: { id, name: id, status: 'protected', server_group_id: GROUP_ID },
    tags: [{ key: 'tier', value: 'app' }],
  };
}
