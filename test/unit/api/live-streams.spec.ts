import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { fastify, type FastifyInstance } from 'fastify';
import type { LastingAccess } from '../../../src/api/access/lasting-access.js';
import { ApiSettings } from '../../../src/api/http/api-settings.js';
import { EventReaders } from '../../../src/api/http/event-readers.js';
import { LivePlaces } from '../../../src/api/live-places.js';
import { LiveStreams } from '../../../src/api/live-streams.js';
import { OpenOperationsReading } from '../../../src/api/open-operations.js';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { OperationStreams } from '../../../src/api/operation-streams.js';
import type { ToldOperations } from '../../../src/api/told-operations.js';
import { Scope } from '../../../src/domain/access/scope.js';
import type { Change } from '../../../src/domain/operation-change.js';
import type { Operation } from '../../../src/domain/operation.js';
import { ProblemError } from '../../../src/domain/problem.js';
import type { CloudEvent } from '../../../src/events/cloud-event.js';
import type { EventFilter } from '../../../src/events/event-subject.js';
import { RedisEventFeed } from '../../../src/events/redis-event-feed.js';
import { EventSubjects } from '../../../src/events/redis-event-subjects.js';
import { RedisEventTail, type TailListener } from '../../../src/events/redis-event-tail.js';
import { RedisLiveFeed } from '../../../src/events/redis-live-feed.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { Metrics } from '../../../src/platform/metrics.js';
import { operationKeys, shardOf, SHARDS } from '../../../src/platform/redis/keys.js';
import { newcomer } from '../../conformance/operation-store/subject.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { gate } from '../support/gate.js';
import { at } from '../support/operation.js';
import { NO_PAST } from '../support/no-past.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();
const ending: (() => Promise<unknown>)[] = [];
let store: RedisOperationStore;

beforeEach(() => {
  store = new RedisOperationStore(the.redis, new TestClock());
});
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

const EVERYTHING_SEEN = {
  principal: { id: 'one', kind: 'API_KEY', grants: [] },
  ...{ seen: Scope.ALL, held: Scope.ALL },
} as const;
const present = ({ id, version, state }: Operation) => ({ id, version, state });

/** An API process as far as it tells events. */
async function process(mostReaders = 100, before: TailListener = () => undefined) {
  const tail = new RedisEventTail(the.redis, [{ shards: SHARDS, connection: the.connect() }], silentLog());
  tail.listen(before);
  const live = new RedisLiveFeed(the.redis, tail, new EventSubjects(the.redis, NO_PAST, silentLog()));
  const readers = new EventReaders(new ApiSettings(1_000, mostReaders), new Metrics());
  const lasting = { watch: () => () => undefined } as unknown as LastingAccess;
  const told = {
    all: (some: Operation[]) => Promise.resolve(some.map(present)),
  } as unknown as ToldOperations;
  const clock = new TestClock();
  const all = new LiveStreams(
    ...([live, readers, new OpenOperationsReading(store), told, clock] as const),
    ...([new LivePlaces('a secret'), lasting] as const),
  );
  const single = new OperationStreams(new RedisEventFeed(the.redis, tail), live, readers, lasting, clock);
  const server = fastify({ forceCloseConnections: true });
  const lastEventId = (headers: Record<string, unknown>) => headers['last-event-id'] as string | undefined;
  server.setErrorHandler((error, _request, reply) =>
    error instanceof ProblemError
      ? reply.code(error.problem.status).headers(error.headers).send(error.problem)
      : reply.code(500).send(),
  );
  server.get<{ Querystring: EventFilter }>('/events', ({ query, headers }, reply) =>
    all.stream(EVERYTHING_SEEN, { ...query }, reply, lastEventId(headers)),
  );
  server.get<{ Params: { id: string } }>('/operations/:id', async ({ params, headers }, reply) => {
    const operation = await store.find(params.id);
    if (!operation) return;
    const told = present(operation) as unknown as OperationDto;
    await single.stream(operation, told, EVERYTHING_SEEN, reply, lastEventId(headers));
  });
  await tail.start();
  await server.listen({ port: 0, host: '127.0.0.1' });
  ending.push(async () => {
    readers.beforeApplicationShutdown();
    await server.close();
    await tail.stop();
  });
  return { server, readers, live, listen: (path: string, last?: string) => listen(server, path, last) };
}

interface Told {
  type: string;
  id: string | undefined;
  body: CloudEvent<Record<string, unknown>>;
}

async function listen(server: FastifyInstance, path: string, lastEventId?: string) {
  const { port } = server.server.address() as AddressInfo;
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const sent = request({ port, host: '127.0.0.1', path, headers }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const told: Told[] = [];
  const comments: string[] = [];
  let ended = false;
  const parser = createParser({
    onEvent: ({ event, id, data }: EventSourceMessage) =>
      told.push({ type: event ?? '', id, body: JSON.parse(data) as Told['body'] }),
    onComment: (comment) => comments.push(comment),
  });
  answer.setEncoding('utf8').on('data', (chunk: string) => parser.feed(chunk));
  answer.on('close', () => (ended = true)).on('error', () => undefined);
  const events = () => told.filter(({ type }) => type.startsWith('operation.') && !type.endsWith('snapshot'));
  return {
    status: answer.statusCode,
    headers: answer.headers,
    told,
    comments,
    events,
    leave: () => answer.destroy(),
    ended: () => eventuallyTrue('the stream has ended', () => ended),
    until: (count: number) => eventuallyTrue(`${count} events`, () => events().length >= count),
    begun: () => eventuallyTrue('the first frame', () => told.length > 0),
  };
}

async function accepted(siteId = 'alpha'): Promise<Operation> {
  const operation = newcomer({ siteId });
  await store.accept(operation, null);
  return operation;
}

async function delay(id: string, i: number): Promise<void> {
  const change: Change = { kind: 'DELAYED', notBefore: at(i), text: `Try ${i}.` };
  await store.transition(id, change);
}

const said = (told: readonly Told[]) => told.map(({ body }) => `${body.subject} ${body.sequence}`);

describe('everything that happens', () => {
  it('begins with what is unfinished, and a place to come back to', async () => {
    const [one, other] = [await accepted('alpha'), await accepted('beta')];
    const { listen: open } = await process();
    const reader = await open('/events');
    await reader.begun();
    const [snapshot] = reader.told;
    expect(snapshot?.type).toBe('stream.snapshot');
    expect(snapshot?.body).toMatchObject({ specversion: '1.0', data: { isComplete: true, total: 2 } });
    const shown = snapshot?.body.data.operations as { id: string }[];
    expect(shown.map(({ id }) => id).sort()).toEqual([one.id, other.id].sort());
    const resumed = await open('/events', snapshot?.id);
    await delay(one.id, 1);
    await resumed.until(1);
    expect(said(resumed.told)).toEqual([`${one.id} 2`]);
  });

  it('shows and tells only what is wanted', async () => {
    const [one, other] = [await accepted('alpha'), await accepted('beta')];
    const { listen: open } = await process();
    const [some, all] = [await open('/events?siteId=alpha'), await open('/events')];
    await Promise.all([some.begun(), all.begun()]);
    await delay(other.id, 1);
    await delay(one.id, 1);
    await all.until(2);
    await some.until(1);
    expect(said(some.events())).toEqual([`${one.id} 2`]);
    expect(some.told[0]?.body.data).toMatchObject({ operations: [{ id: one.id }], total: 1 });
  });

  it('leaves nothing out and tells nothing twice to a reader who comes back again and again, at two processes', async () => {
    const both = [await process(), await process()];
    const first = await both[0]?.listen('/events');
    await first?.begun();
    let last = first?.told[0]?.id;
    first?.leave();
    const operations = await Promise.all(['alpha', 'beta', 'gamma', 'delta'].map((site) => accepted(site)));
    const heard: Told[] = [];
    for (let i = 1; i <= 12; i += 1) {
      const writing = Promise.all(operations.map(({ id }) => delay(id, i)));
      const reader = await both[i % 2]?.listen('/events', last);
      await reader?.until(2);
      await writing;
      reader?.leave();
      heard.push(...(reader?.events() ?? []));
      last = heard.at(-1)?.id;
    }
    const rest = await both[0]?.listen('/events', last);
    await eventuallyTrue('all was told', () => heard.length + (rest?.events().length ?? 0) >= 4 * 13);
    const all = said([...heard, ...(rest?.events() ?? [])]);
    for (const { id } of operations)
      expect(all.filter((text) => text.startsWith(id))).toEqual(
        Array.from({ length: 13 }, (_, i) => `${id} ${i + 1}`),
      );
  });

  it('tells nothing again that this process reads only while the place of the reader is judged', async () => {
    const { id } = await accepted();
    const held = gate();
    const [first, second] = [await process(), await process(100, held.pass)];
    const reader = await first.listen('/events');
    await reader.begun();
    await delay(id, 1);
    await Promise.all([reader.until(1), held.reached]);
    const judge = second.live.resetFrom.bind(second.live);
    second.live.resetFrom = async (place, filter) => {
      held.open();
      await eventuallyTrue('it was read', () => second.live.place().join() === first.live.place().join());
      return judge(place, filter);
    };
    const resumed = await second.listen('/events', reader.events()[0]?.id);
    await delay(id, 2);
    await resumed.until(1);
    expect(said(resumed.told)).toEqual([`${id} 3`]);
  });

  it.each([
    ['nonsense', () => 'nonsense', 'PLACE_UNKNOWN'],
    ['a place that is too old', (place: string) => place, 'PLACE_TOO_OLD'],
  ])('says so in the stream, and begins anew, after %s', async (_what, lastEventId, reason) => {
    const { listen: open } = await process();
    const early = await open('/events');
    await early.begun();
    const { id } = await accepted();
    for (let i = 1; i < 6; i += 1) await delay(id, i);
    await the.redis.xtrim(operationKeys(shardOf('alpha')).events, 'MAXLEN', 2);
    await early.until(6);
    const other = await process();
    const reader = await other.listen('/events', lastEventId(early.events()[0]?.id ?? ''));
    await eventuallyTrue('two frames', () => reader.told.length >= 2);
    expect(reader.told.map(({ type }) => type)).toEqual(['stream.reset', 'stream.snapshot']);
    expect(reader.told[0]?.body.data).toMatchObject({ reason });
    await delay(id, 7);
    await reader.until(1);
    expect(said(reader.events())).toEqual([`${id} 7`]);
  });

  it('begins anew for a reader who missed too much to be told it', async () => {
    const { listen: open, live } = await process();
    const early = await open('/events');
    await early.begun();
    early.leave();
    await accepted();
    const { events } = operationKeys(shardOf('alpha'));
    const [entry] = await the.redis.xrange(events, '-', '+');
    const filling = the.redis.pipeline();
    for (let i = 0; i < 21_000; i += 1) filling.xadd(events, '*', 'e', entry?.[1][1] ?? '');
    await filling.exec();
    const [last] = await the.redis.xrevrange(events, '+', '-', 'COUNT', 1);
    await eventuallyTrue('all was read', () => live.place()[shardOf('alpha')] === last?.[0]);
    const reader = await open('/events?action=deleteRecoveryPlan', early.told[0]?.id);
    await eventuallyTrue('two frames', () => reader.told.length >= 2);
    expect(reader.told.map(({ type }) => type)).toEqual(['stream.reset', 'stream.snapshot']);
    expect(reader.told[0]?.body.data).toMatchObject({ reason: 'TOO_FAR_BEHIND' });
  });

  it('shows the newest of very many, and says that these are not all', async () => {
    for (let i = 0; i < 205; i += 1) await accepted(`site-${i % 7}`);
    const { listen: open } = await process();
    const reader = await open('/events');
    await reader.begun();
    const data = reader.told[0]?.body.data as { operations: unknown[] };
    expect(data).toMatchObject({ isComplete: false, total: 205 });
    expect(data.operations).toHaveLength(200);
  });
});

describe('readers', () => {
  it('who have to be told from the store are so many at a time, and the others come back', async () => {
    const { listen: open, live } = await process();
    const early = await open('/events');
    await early.begun();
    await accepted();
    await early.until(1);
    live.holdsAfter = () => false;
    const between = live.between.bind(live);
    const held = gate();
    live.between = async function* (...args) {
      await held.pass();
      yield* between(...args);
    };
    const place = early.told[0]?.id;
    const many = await Promise.all(Array.from({ length: 40 }, () => open('/events', place)));
    const refused = many.filter(({ status }) => status === 503);
    expect(refused).toHaveLength(8);
    expect(refused[0]?.headers['retry-after']).toBe('5');
    held.open();
    await Promise.all(many.filter(({ status }) => status === 200).map((reader) => reader.until(1)));
    const later = await open('/events', place);
    expect(later.status).toBe(200);
  });

  it('are bounded: who is too many gets a 503 with a time to come back, and the place of one who left', async () => {
    const { listen: open } = await process(2);
    const [one] = [await open('/events'), await open('/events')];
    const refused = await open('/events');
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('10');
    one.leave();
    await eventuallyTrue('there is room', async () => (await open('/events')).status === 200);
  });

  it('are told and ended when the process ends, those of operations too', async () => {
    const { id } = await accepted();
    const { listen: open, readers } = await process();
    const [all, single] = [await open('/events'), await open(`/operations/${id}`)];
    await Promise.all([all.begun(), single.begun()]);
    readers.beforeApplicationShutdown();
    await Promise.all([all.ended(), single.ended()]);
    for (const { comments } of [all, single]) expect(comments.at(-1)).toMatch(/the gateway ends here/);
  });

  it('are told and ended when the process ended while their stream was being prepared', async () => {
    const held = gate();
    const openIn = store.openIn.bind(store);
    store.openIn = async (shard) => {
      await held.pass();
      return openIn(shard);
    };
    const { listen: open, readers } = await process();
    const opening = open('/events');
    await held.reached;
    readers.beforeApplicationShutdown();
    held.open();
    const reader = await opening;
    await reader.ended();
    expect(reader.comments).toEqual([expect.stringMatching(/the gateway ends here/)]);
  });
});

describe('one operation', () => {
  it('tells its snapshot, what was and what happens, with whose it is', async () => {
    const { id } = await accepted();
    await delay(id, 1);
    const { listen: open } = await process();
    const reader = await open(`/operations/${id}`);
    await reader.until(2);
    await delay(id, 2);
    await reader.until(3);
    expect(reader.told.map(({ type }) => type)).toEqual([
      'operation.snapshot',
      'operation.accepted',
      'operation.delayed',
      'operation.delayed',
    ]);
    expect(reader.told[0]).toMatchObject({ id: undefined, body: { subject: id, sequence: 2, data: { id } } });
    for (const { body } of reader.events())
      expect(body.data).toMatchObject({ siteId: 'alpha', origin: 'GATEWAY' });
    expect(reader.events().map(({ id: place }) => place?.replace(/\d+/g, 'n'))).toEqual([
      'n-n',
      'n-n',
      'n-n',
    ]);
  });

  it('goes on after the last one that was seen', async () => {
    const { id } = await accepted();
    for (let i = 1; i < 5; i += 1) await delay(id, i);
    const { listen: open } = await process();
    const reader = await open(`/operations/${id}`);
    await reader.until(5);
    const resumed = await open(`/operations/${id}`, reader.events()[2]?.id);
    await resumed.until(2);
    expect(said(resumed.told)).toEqual([`${id} 4`, `${id} 5`]);
  });

  it('tells the one that was seen last not again, where this process has yet to read it', async () => {
    const { id } = await accepted();
    const held = gate();
    const [first, second] = [await process(), await process(100, held.pass)];
    const reader = await first.listen(`/operations/${id}`);
    await delay(id, 1);
    await Promise.all([reader.until(2), held.reached]);
    const resumed = await second.listen(`/operations/${id}`, reader.events()[1]?.id);
    held.open();
    await delay(id, 2);
    await eventuallyTrue('the new one', () => said(resumed.told).includes(`${id} 3`));
    expect(said(resumed.told)).toEqual([`${id} 3`]);
  });

  it('says so, and tells everything, where it has no such event', async () => {
    const { id } = await accepted();
    const { listen: open } = await process();
    const reader = await open(`/operations/${id}`, '1-1');
    await reader.until(1);
    expect(reader.told.map(({ type }) => type)).toEqual([
      'stream.reset',
      'operation.snapshot',
      'operation.accepted',
    ]);
    expect(reader.told[0]?.body.data).toMatchObject({ reason: 'EVENT_UNKNOWN' });
  });
});
