import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import type { GatewayClient } from '../../support/client.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { readEvents, type EventReading, type ServerSentEvent } from '../../support/sse.js';
import { useWorld } from '../../support/world.js';

const PLANS = { sdrs: 'erp-dr', srm: 'erp-plan' } as const;
/** Far more than it takes, far less than for ever. */
const SECONDS_MS = 30_000;

describe('everything that happens, live', () => {
  const world = useWorld();
  beforeEach(() => world().reset());

  async function failOver(site: keyof typeof PLANS): Promise<OperationDto> {
    const plan = await world().api.planNamed(PLANS[site]);
    return world().api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
  }

  async function listening(api: GatewayClient, path = '/v1/events', last?: string): Promise<EventReading> {
    const reading = await readEvents(api, path, last);
    reading.ended.catch(() => undefined);
    if (last === undefined) await eventuallyTrue('the first frame', () => reading.events.length > 0);
    return reading;
  }

  const facts = ({ events }: EventReading) => events.filter(({ event }) => event.startsWith('operation.'));
  const of = (id: string, events: readonly ServerSentEvent[]) =>
    events.filter(({ data }) => data.subject === id).map(({ data }) => data.sequence);
  const upTo = (version: number) => Array.from({ length: version }, (_, i) => i + 1);

  it('is told of both sites, each reader what it asked for', async () => {
    const { api } = world();
    const all = await listening(api);
    const [snapshot] = all.events;
    expect(snapshot).toMatchObject({
      event: 'stream.snapshot',
      data: { data: { total: 0, isComplete: true } },
    });
    const srm = await listening(api, '/v1/events?provider=srm&type=operation.accepted,operation.succeeded');
    const begun = [await failOver('sdrs'), await failOver('srm')];
    const ended = await Promise.all(begun.map((operation) => api.succeeded(operation)));
    for (const { id, version, target } of ended) {
      await eventuallyTrue('the verdict is told', () => of(id, facts(all)).length >= version);
      expect(of(id, facts(all))).toEqual(upTo(version));
      const first = facts(all).find(({ data }) => data.subject === id);
      expect(first?.data.data).toMatchObject({
        targetId: target.id,
        targetName: target.name,
        action: 'FAILOVER',
      });
    }
    await eventuallyTrue('two events', () => facts(srm).length >= 2);
    expect(facts(srm).map(({ event, data }) => [event, data.subject])).toEqual([
      ['operation.accepted', ended[1]?.id],
      ['operation.succeeded', ended[1]?.id],
    ]);
    for (const reading of [all, srm]) reading.leave();
  });

  it('goes on at another process, and after a restart, without a gap and nothing twice', async () => {
    const { api } = world();
    // The store was emptied behind its back: places that it has from before would rightly be unknown.
    await world().stopApi();
    await world().startApi();
    const replica = await world().startReplica();
    const first = await listening(api);
    const operation = await failOver('sdrs');
    await eventuallyTrue('some events', () => facts(first).length >= 2);
    first.leave();
    const second = await listening(replica, '/v1/events', facts(first).at(-1)?.id);
    const startedAt = performance.now();
    expect(await world().stopApi()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(SECONDS_MS);
    await eventuallyTrue('one more', () => facts(second).length >= 1);
    second.leave();
    await world().startApi();
    const third = await listening(api, '/v1/events', facts(second).at(-1)?.id);
    const { version } = await api.succeeded(operation);
    const told = () => [first, second, third].flatMap(facts);
    await eventuallyTrue('the rest', () => told().length >= version);
    expect(of(operation.id, told())).toEqual(upTo(version));
    expect([...second.events, ...third.events].map(({ event }) => event)).not.toContain('stream.snapshot');
    third.leave();
  }, 60_000);

  it('takes the place in the query too, and says in the stream when it is not known', async () => {
    const { api } = world();
    const reading = await listening(api, '/v1/events?lastEventId=nonsense');
    await eventuallyTrue('two frames', () => reading.events.length >= 2);
    expect(reading.events.map(({ event }) => event)).toEqual(['stream.reset', 'stream.snapshot']);
    const place = reading.events.at(-1)?.id ?? '';
    reading.leave();
    const { id } = await failOver('srm');
    const resumed = await listening(api, `/v1/events?lastEventId=${place}`);
    await eventuallyTrue('an event', () => facts(resumed).length > 0);
    expect(facts(resumed)[0]).toMatchObject({ event: 'operation.accepted', data: { subject: id } });
    resumed.leave();
    expect((await api.ask('HEAD', '/v1/events')).status).toBe(200);
    expect((await api.ask('GET', '/v1/events?state=RUNNING')).status).toBe(400);
  });

  it('a request in flight gets its answer although the process ends', async () => {
    const { api } = world();
    await world().killWorkers();
    const { id, version } = await failOver('sdrs');
    const waiting = api.ask<OperationDto>('GET', `/v1/operations/${id}`, { headers: { prefer: 'wait=60' } });
    const reading = await listening(api, `/v1/operations/${id}/events`);
    expect(await world().stopApi()).toBe(0);
    expect(await waiting).toMatchObject({ status: 200, body: { id, version } });
    await reading.ended;
    await world().startApi();
    await world().startWorker();
  });
});
