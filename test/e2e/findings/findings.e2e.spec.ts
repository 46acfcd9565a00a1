import type { FindingDto, FindingListDto } from '../../../src/api/dto/findings.dto.js';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { eventually } from '../../support/eventually.js';
import { settledReset } from '../../support/settled-reset.js';
import { useWorld } from '../../support/world.js';

const SOON_MS = 60_000;

describe('what somebody should look at', () => {
  const world = useWorld({
    env: { INVENTORY_REFRESH_MS: '300', INSPECTION_MS: '300', QUARANTINE_MS: '500' },
  });
  beforeEach(() => settledReset(world()));

  const list = (query = ''): Promise<FindingListDto> => world().api.read(`/v1/findings${query}`);

  /** The one finding of that type, as soon as it is there. */
  const found = (query: string): Promise<FindingDto> =>
    eventually(
      `there is a finding ${query}`,
      async () => (await list(`?${query}`)).items[0] ?? null,
      SOON_MS,
    );
  const gone = (query: string): Promise<boolean> =>
    eventually(
      `there is no finding ${query}`,
      async () => {
        const { items } = await list(`?${query}`);
        if (items.length === 0) return true;
        throw new Error(JSON.stringify(items));
      },
      SOON_MS,
    );

  /** Does what the finding offers, by the title of the link. */
  async function follow(finding: FindingDto, title: string, body: object = {}): Promise<OperationDto> {
    const link = finding.nextActions.find((one) => one.title === title);
    if (!link) throw new Error(`no link "${title}" in ${JSON.stringify(finding.nextActions)}`);
    const { status, body: told } = await world().api.ask<OperationDto>(
      link.method ?? 'GET',
      link.href ?? '',
      link.method === 'GET' || link.method === 'DELETE' ? {} : { body },
    );
    expect([200, 202]).toContain(status);
    return told;
  }

  it('is one list over both sites, the worst first, each with a remedy', async () => {
    await found('type=REPROTECT_DUE&siteId=eu-cloud');
    await found('type=NOT_RECOVERABLE&siteId=berlin-dc');
    const { items, counts, sources } = await list();
    const ranks = items.map(({ severity }) => ['CRITICAL', 'WARNING', 'INFO'].indexOf(severity));
    expect(ranks).toEqual([...ranks].sort());
    expect(counts.CRITICAL + counts.WARNING + counts.INFO).toBe(items.length);
    for (const { text, remedy, sinceTime } of items) {
      expect(text).toMatch(/\w/);
      expect(remedy).toMatch(/\w/);
      expect(Date.parse(sinceTime)).toBeLessThanOrEqual(Date.now());
    }
    expect(sources).toMatchObject([
      { siteId: 'eu-cloud', state: 'FRESH' },
      { siteId: 'berlin-dc', state: 'FRESH' },
    ]);
  });

  it('is mended by its link, and gone then', async () => {
    const due = await found('type=REPROTECT_DUE&siteId=eu-cloud&q=mail-dr');
    await world().api.succeeded(await follow(due, 'Run REPROTECT'));
    await gone('type=REPROTECT_DUE&siteId=eu-cloud&q=mail-dr');
    const { status } = await world().api.ask('GET', `/v1/findings/${due.id}`);
    expect(status).toBe(404);
  });

  it('is an action that stopped half way, until it is run again', async () => {
    const { api, sdrs } = world();
    const plan = await api.planNamed('erp-dr');
    await sdrs.control('POST', '/fail-next', { action: 'failover' });
    await api.ended((await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' })).id);
    const stopped = await found('type=INCOMPLETE_ACTION&q=erp-dr');
    expect(stopped).toMatchObject({ severity: 'CRITICAL', target: { id: plan.id, type: 'RECOVERY_PLAN' } });
    await api.succeeded(await follow(stopped, 'Run FAILOVER', { direction: 'TO_RECOVERY' }));
    await gone('type=INCOMPLETE_ACTION&q=erp-dr');
    await found(`type=REPROTECT_DUE&targetId=${plan.id}`);
  });

  it('is a prompt that waits, told once, until it is answered', async () => {
    const { api, srm } = world();
    const { id } = await api.planNamed('erp-plan');
    const nativeId = id.slice(id.indexOf('.') + 1).replaceAll('~', ':');
    await srm.control('POST', `/plans/${encodeURIComponent(nativeId)}/prompts`, { text: 'Is the line up?' });
    const operation = await api.run(id, 'failover', { direction: 'TO_RECOVERY' });
    await api.inState(operation.id, 'WAITING_FOR_INPUT');
    const waiting = await eventually('the operation tells it', async () => {
      const prompt = await found('type=PROMPT_WAITING&q=Is the line up');
      return prompt.nextActions.some(({ title }) => title === 'Answer the prompt') ? prompt : null;
    });
    const promptId = (await api.operation(operation.id)).prompts[0]?.id;
    expect((await list('?type=PROMPT_WAITING')).items).toHaveLength(1);
    await follow(waiting, 'Answer the prompt', { promptId, answer: 'CONTINUE' });
    await gone('type=PROMPT_WAITING');
    expect(await api.ended(operation.id)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('is an operation of which nobody knows what became, until a person settles it', async () => {
    const { api, sdrs } = world();
    const plan = await api.planNamed('erp-dr');
    await sdrs.preset('lost-request', { times: 1 });
    const { id } = await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
    const unknown = await found('type=OPERATION_UNKNOWN');
    expect(unknown).toMatchObject({ severity: 'CRITICAL', target: { id: plan.id } });
    await follow(unknown, 'Settle it', { verdict: 'NOT_EXECUTED', reason: 'It is not in the console.' });
    await gone('type=OPERATION_UNKNOWN');
    expect((await api.operation(id)).state).toBe('FAILED');
  });

  it('is what only the upstream can tell: failed tasks, until somebody clears them', async () => {
    const { api, sdrs } = world();
    const plan = await api.planNamed('erp-dr');
    await sdrs.control('POST', '/fail-next', { action: 'failover' });
    await api.ended((await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' })).id);
    const failed = await found('type=FAILED_TASKS&siteId=eu-cloud');
    expect(failed.target).toMatchObject({ id: plan.id, type: 'PROTECTION_GROUP' });
    expect(await follow(failed, 'See the failed tasks')).toMatchObject({ items: [{ what: 'failoverFail' }] });
    await api.succeeded(await follow(failed, 'Clear the failed tasks of all groups'));
    await gone('type=FAILED_TASKS&siteId=eu-cloud');
  });

  it('is a site that is silent, while what it had stays; the other one is as ever', async () => {
    const { srm } = world();
    const before = await found('type=NOT_RECOVERABLE&siteId=berlin-dc');
    await srm.stop();
    try {
      const silent = await found('type=SITE_UNREACHABLE');
      expect(silent).toMatchObject({ siteId: 'berlin-dc', severity: 'WARNING', target: { type: 'SITE' } });
      const { items, sources } = await list();
      expect(items.find(({ id }) => id === before.id)).toMatchObject({ sinceTime: before.sinceTime });
      expect(sources).toMatchObject([
        { siteId: 'eu-cloud', state: 'FRESH' },
        { siteId: 'berlin-dc', state: 'STALE', error: { code: 'upstream-unavailable' } },
      ]);
    } finally {
      await srm.start();
    }
    await gone('type=SITE_UNREACHABLE');
    expect(await found('type=NOT_RECOVERABLE&siteId=berlin-dc')).toMatchObject({ id: before.id });
  });

  it('is an answer that cannot be true', async () => {
    await found('type=REPROTECT_DUE&siteId=eu-cloud');
    await world().sdrs.preset('empty-lists');
    expect(await found('type=IMPLAUSIBLE_ANSWER')).toMatchObject({ siteId: 'eu-cloud' });
    await found('type=REPROTECT_DUE&siteId=eu-cloud');
    await world().sdrs.calm();
    await gone('type=IMPLAUSIBLE_ANSWER');
  });

  it('is a word that is not known', async () => {
    await found('type=REPROTECT_DUE&siteId=eu-cloud');
    await world().sdrs.preset('unknown-words');
    const strange = await found('type=UNKNOWN_STATE&siteId=eu-cloud');
    expect(strange.nextActions).toEqual([]);
    await world().sdrs.calm();
    await gone('type=UNKNOWN_STATE');
  });

  it('holds since it was first seen, whichever worker looks', async () => {
    const first = await found('type=REPROTECT_DUE&siteId=eu-cloud');
    await world().killWorkers();
    await world().startWorker();
    const again = await eventually('it was seen again', async () => {
      const finding = await found('type=REPROTECT_DUE&siteId=eu-cloud');
      return finding.lastSeenTime > first.lastSeenTime ? finding : null;
    });
    expect(again).toMatchObject({ id: first.id, sinceTime: first.sinceTime });
  });
});
