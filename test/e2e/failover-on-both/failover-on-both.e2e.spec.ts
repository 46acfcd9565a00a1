import type { OperationDto, OperationListDto } from '../../../src/api/dto/operation.dto.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { readEvents } from '../../support/sse.js';
import { useWorld } from '../../support/world.js';

const PLANS = { sdrs: 'erp-dr', srm: 'erp-plan' } as const;
const SITES = ['sdrs', 'srm'] as const;
const EXECUTED = { sdrs: 'failover', srm: 'recovery' } as const;

describe('the same failover on an SDRS plan and on an SRM plan', () => {
  const world = useWorld();
  beforeEach(() => world().reset());

  async function failOver(site: (typeof SITES)[number]): Promise<OperationDto> {
    const plan = await world().api.planNamed(PLANS[site]);
    return world().api.run(plan.id, 'failover', { direction: 'TO_RECOVERY', reason: 'incident 4711' });
  }

  it('succeeds on both, is executed once each, and is one history', async () => {
    const { api } = world();
    const begun = [await failOver('sdrs'), await failOver('srm')];
    for (const operation of begun) {
      const ended = await api.succeeded(operation);
      expect(ended).toMatchObject({
        action: 'FAILOVER',
        direction: 'TO_RECOVERY',
        reason: 'incident 4711',
        requestedBy: 'admin',
        progressPercent: 100,
        origin: 'GATEWAY',
      });
      const { queuedMs, submitMs, upstreamMs, detectMs, totalMs } = ended.timings;
      for (const time of [queuedMs, submitMs, upstreamMs]) expect(time).toBeGreaterThanOrEqual(0);
      // Seen over and settled in one look: when it was over before that cannot be told.
      expect(detectMs ?? 0).toBeGreaterThanOrEqual(0);
      expect(totalMs).toBeGreaterThan(100);
      const plan = await api.plan(ended.target.id ?? '');
      expect(plan).toMatchObject({ state: 'FAILED_OVER', activeSite: 'RECOVERY' });
    }
    for (const site of SITES) {
      expect(await world().simulator(site).executions()).toEqual([
        expect.objectContaining({ action: EXECUTED[site] }),
      ]);
    }
    const { items } = await api.read<OperationListDto>('/v1/operations');
    expect(items.map(({ id }) => id)).toEqual(begun.map(({ id }) => id).reverse());
    expect(items.map(({ provider }) => provider)).toEqual(['srm', 'sdrs']);
  });

  it.each(SITES)('is told event by event on %s, from any place, until the verdict', async (site) => {
    const { api } = world();
    const { id, links } = await failOver(site);
    const reading = await readEvents(api, links.events);
    expect(reading).toMatchObject({
      status: 200,
      contentType: expect.stringMatching(/^text\/event-stream/) as string,
    });
    await reading.ended;

    const [snapshot, ...facts] = reading.events;
    expect(snapshot).toMatchObject({
      event: 'operation.snapshot',
      id: undefined,
      data: { subject: id, data: { id } },
    });
    expect(facts[0]).toMatchObject({ event: 'operation.accepted' });
    expect(facts.at(-1)).toMatchObject({ event: 'operation.succeeded', data: { subject: id } });
    const sequences = facts.map(({ data }) => data.sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    expect((await api.operation(id)).version).toBe(sequences.length);

    const middle = facts[1]?.id;
    const resumed = await readEvents(api, links.events, middle);
    await resumed.ended;
    expect(resumed.events).toEqual(facts.slice(2));

    const after = await readEvents(api, links.events, facts.at(-1)?.id);
    expect(after.status).toBe(204);
  });

  it('lets a reader that comes in the middle wait for the rest', async () => {
    const { api } = world();
    const { id, links } = await failOver('sdrs');
    const first = await readEvents(api, links.events);
    await eventuallyTrue('it has started', () =>
      first.events.some(({ event }) => event === 'operation.started'),
    );
    first.leave();
    await first.ended.catch(() => undefined);
    const seen = first.events.at(-1)?.id;
    const second = await readEvents(api, links.events, seen);
    await second.ended;
    expect(second.events.map(({ event }) => event)).not.toContain('operation.snapshot');
    expect(second.events.at(-1)?.event).toBe('operation.succeeded');
    expect(first.events.length + second.events.length).toBe((await api.operation(id)).version + 1);
  });

  it('can be waited for, and read only when it has changed', async () => {
    const { api } = world();
    let { id } = await failOver('srm');
    let changes = 0;
    for (let done = false; !done; changes += 1) {
      const read = await api.ask<OperationDto>('GET', `/v1/operations/${id}`, {
        headers: { prefer: 'wait=20' },
      });
      expect(read.headers.get('preference-applied')).toBe('wait=20');
      ({ id, done } = read.body);
    }
    expect(changes).toBeGreaterThan(1);
    const read = await api.ask<OperationDto>('GET', `/v1/operations/${id}`);
    const etag = read.headers.get('etag') ?? '';
    expect(etag).toBe(`"${read.body.version}"`);
    const headers = { 'if-none-match': etag };
    const again = await api.ask<string>('GET', `/v1/operations/${id}`, { headers });
    expect(again).toMatchObject({ status: 304, body: '' });
    const other = await api.ask<OperationDto>('GET', `/v1/operations/${id}`, {
      headers: { 'if-none-match': '"1"' },
    });
    expect(other.status).toBe(200);
  });

  it('looks at a running operation as often as it is told to, not once a second', async () => {
    const { api, srm } = world();
    await srm.settings({ durationFactor: 0.05 });
    const { id } = await failOver('srm');
    await api.inState(id, 'RUNNING');
    await srm.control('DELETE', '/journal');
    await api.ended(id);
    const looks = await srm.requests('?method=GET&path=/tasks$');
    const moments = looks.map(({ at }) => Date.parse(at));
    // A busy machine has pauses; that two of them follow each other sooner is what the setting says.
    const pauses = moments.slice(1).map((moment, i) => moment - (moments[i] ?? 0));
    expect(Math.min(...pauses)).toBeLessThan(900);
  });
});
