import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createParser } from 'eventsource-parser';
import { fastify } from 'fastify';
import { LastingAccess } from '../../../src/api/access/lasting-access.js';
import { ApiSettings } from '../../../src/api/http/api-settings.js';
import { EventReaders } from '../../../src/api/http/event-readers.js';
import { LivePlaces } from '../../../src/api/live-places.js';
import { LiveStreams } from '../../../src/api/live-streams.js';
import { OpenOperationsReading } from '../../../src/api/open-operations.js';
import type { ToldOperations } from '../../../src/api/told-operations.js';
import { Authenticator } from '../../../src/access/authenticator.js';
import type { Scopes } from '../../../src/access/scopes.js';
import type { Principal } from '../../../src/domain/access/principal.js';
import { Scope } from '../../../src/domain/access/scope.js';
import type { Operation } from '../../../src/domain/operation.js';
import { readPlace } from '../../../src/events/live-place.js';
import { EventSubjects } from '../../../src/events/redis-event-subjects.js';
import { RedisEventTail } from '../../../src/events/redis-event-tail.js';
import { RedisLiveFeed } from '../../../src/events/redis-live-feed.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { Metrics } from '../../../src/platform/metrics.js';
import { SHARDS } from '../../../src/platform/redis/keys.js';
import { newcomer } from '../../conformance/operation-store/subject.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { NO_PAST } from '../support/no-past.js';
import { at } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();
const ending: (() => unknown)[] = [];
let store: RedisOperationStore;
beforeEach(() => {
  store = new RedisOperationStore(the.redis, new TestClock());
});
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

const SEEN: Record<string, Scope> = {
  all: Scope.ALL,
  alpha: Scope.of(['alpha'], new Map()),
  books: Scope.of([], new Map([['alpha', ['alpha.move-books', 'alpha.books']]])),
  shop: Scope.of([], new Map([['alpha', ['alpha.shop']]])),
};

/** An API process as far as it tells events; who listens says by name what it may see. */
async function process() {
  const tail = new RedisEventTail(the.redis, [{ shards: SHARDS, connection: the.connect() }], silentLog());
  const live = new RedisLiveFeed(the.redis, tail, new EventSubjects(the.redis, NO_PAST, silentLog()));
  const readers = new EventReaders(new ApiSettings(1_000, 100), new Metrics());
  const shutOut = new Set<string>();
  const authenticator = new Authenticator([
    { recognises: () => true, check: () => null, isStillGood: ({ id }) => !shutOut.has(id) },
  ]);
  const scopes = { of: ({ id }: Principal) => Promise.resolve(SEEN[id]) } as unknown as Scopes;
  const lasting = new LastingAccess(authenticator, scopes, new TestClock());
  const told = {
    all: (some: Operation[]) => Promise.resolve(some.map(({ id, version }) => ({ id, version }))),
  } as unknown as ToldOperations;
  const open = new OpenOperationsReading(store);
  const streams = new LiveStreams(live, readers, open, told, new TestClock(), new LivePlaces('x'), lasting);
  const server = fastify({ forceCloseConnections: true });
  server.get<{ Params: { who: string }; Querystring: Record<string, string> }>(
    '/:who',
    ({ params: { who }, query, headers }, reply) => {
      const seen = SEEN[who] ?? Scope.NONE;
      const access = { principal: { id: who, kind: 'API_KEY', grants: [] }, seen, held: seen } as const;
      return streams.stream(access, query, reply, headers['last-event-id'] as string | undefined);
    },
  );
  await tail.start();
  await server.listen({ port: 0, host: '127.0.0.1' });
  ending.push(
    () => tail.stop(),
    () => server.close(),
    () => {
      lasting.beforeApplicationShutdown();
      readers.beforeApplicationShutdown();
    },
  );
  const { port } = server.server.address() as AddressInfo;
  const listen = (path: string, last?: string) => listenTo(port, path, last);
  return { listen, lasting, live, shutOut: (who: string) => shutOut.add(who) };
}

interface Told {
  type: string;
  id: string | undefined;
  data: Record<string, unknown>;
  text: string;
}

async function listenTo(port: number, path: string, last?: string) {
  const headers = last === undefined ? {} : { 'last-event-id': last };
  const sent = request({ port, host: '127.0.0.1', path, headers }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const told: Told[] = [];
  let ended = false;
  const parser = createParser({
    onEvent: ({ event = '', id, data }) => {
      const body = JSON.parse(data) as { data: Record<string, unknown> };
      told.push({ type: event, id, data: body.data, text: data });
    },
  });
  answer.setEncoding('utf8').on('data', (chunk: string) => parser.feed(chunk));
  answer.on('close', () => (ended = true)).on('error', () => undefined);
  const events = () => told.filter(({ type }) => !type.startsWith('stream.'));
  await eventuallyTrue('the first frame', () => told.length > 0);
  return {
    told,
    events,
    isOver: () => ended,
    leave: () => answer.destroy(),
    heard: () => events().map(({ data }) => `${String(data.operationId)} ${String(data.sequence)}`),
    until: (count: number) => eventuallyTrue(`${count} events`, () => events().length >= count),
    ended: () => eventuallyTrue('the stream has ended', () => ended),
  };
}

async function accepted(siteId: string, planId: string, lockedGroupIds: string[] = []): Promise<Operation> {
  const target = { type: 'RECOVERY_PLAN', id: `${siteId}.${planId}`, name: planId } as const;
  const operation = newcomer({ siteId, target, lockedGroupIds });
  await store.accept(operation, null);
  return operation;
}

async function delay({ id }: Operation, i: number, text = `Try ${i}.`): Promise<void> {
  await store.transition(id, { kind: 'DELAYED', notBefore: at(i), text });
}

const shown = ([snapshot]: Told[]) => {
  const { operations, isComplete, total } = snapshot?.data as { operations: { id: string }[] } & Told['data'];
  return { ids: operations.map(({ id }) => id).sort(), isComplete, total };
};

it('shows and counts, live and when somebody comes back, only what may be seen', async () => {
  const books = await accepted('alpha', 'move-books', ['alpha.books']);
  const front = await accepted('alpha', 'move-front', ['alpha.shop', 'alpha.mail']);
  const other = await accepted('beta', 'move-books', ['beta.books']);
  const { listen } = await process();
  const wanted = {
    all: [books, front, other],
    alpha: [books, front],
    books: [books],
    // Whoever sees a group hears of what holds it.
    shop: [front],
    nobody: [],
  };
  for (const [who, mine] of Object.entries(wanted)) {
    const reader = await listen(`/${who}`);
    expect(shown(reader.told)).toEqual({
      ids: mine.map(({ id }) => id).sort(),
      isComplete: true,
      total: mine.length,
    });
  }
  const readers = new Map(
    await Promise.all(Object.keys(wanted).map(async (who) => [who, await listen(`/${who}`)] as const)),
  );
  for (const one of [books, front, other]) await delay(one, 1);
  await readers.get('all')?.until(3);
  for (const [who, mine] of Object.entries(wanted)) {
    await readers.get(who)?.until(mine.length);
    expect(readers.get(who)?.heard().sort()).toEqual(mine.map(({ id }) => `${id} 2`).sort());
  }
  for (const [who, mine] of Object.entries(wanted)) {
    const place = readers.get(who)?.told[0]?.id;
    const again = await listen(`/${who}`, mine.length > 0 ? place : undefined);
    await again.until(mine.length);
    expect(again.heard().sort()).toEqual(mine.map(({ id }) => `${id} 2`).sort());
  }
  expect(JSON.stringify([...(readers.get('all')?.events() ?? [])])).not.toContain('liesAt');
});

it('does not tell by its places when something happened that is not seen', async () => {
  const books = await accepted('alpha', 'move-books');
  const { listen } = await process();
  const [all, part] = [await listen('/all'), await listen('/books')];
  await delay(books, 1);
  await Promise.all([all.until(1), part.until(1)]);
  for (const { id = '' } of all.told) expect(readPlace(id)).not.toBeNull();
  for (const { id = '' } of part.told) {
    expect(id).toMatch(/^[\w-]{100,}$/);
    expect(readPlace(id)).toBeNull();
  }
});

it('a place is of no use to who sees something else: what was known is read anew', async () => {
  await accepted('alpha', 'move-books');
  const { listen } = await process();
  const [part, whole] = [await listen('/books'), await listen('/alpha')];
  for (const [who, place] of [
    ['alpha', part.told[0]?.id],
    ['all', part.told[0]?.id],
    ['books', whole.told[0]?.id],
  ] as const) {
    const reader = await listen(`/${who}`, place);
    await eventuallyTrue('two frames', () => reader.told.length >= 2);
    expect(reader.told.map(({ type }) => type)).toEqual(['stream.reset', 'stream.snapshot']);
    expect(reader.told[0]?.data).toMatchObject({ reason: 'PLACE_UNKNOWN' });
  }
});

it('a filter by what is not seen is as silent as one by what is not there', async () => {
  const other = await accepted('beta', 'move-books');
  const { listen } = await process();
  const all = await listen('/all');
  const queries = ['siteId=beta', 'siteId=nowhere', `operationId=${other.id}`, 'targetId=beta.move-books'];
  const deaf = await Promise.all(queries.map((query) => listen(`/books?${query}`)));
  await delay(other, 1);
  await all.until(1);
  for (const reader of deaf) {
    expect(shown(reader.told)).toEqual({ ids: [], isComplete: true, total: 0 });
    expect(reader.heard()).toEqual([]);
  }
});

it('an event names no other operation to who sees a part', async () => {
  const [books, front] = [await accepted('alpha', 'move-books'), await accepted('alpha', 'move-front')];
  const { listen } = await process();
  const [whole, part] = [await listen('/all'), await listen('/books')];
  await delay(books, 1, `Operation ${front.id} holds a group.`);
  await Promise.all([whole.until(1), part.until(1)]);
  expect(whole.events()[0]?.text).toContain(front.id);
  expect(part.events()[0]?.text).not.toContain(front.id);
  const again = await listen('/books', part.told[0]?.id);
  await again.until(1);
  expect(again.events()[0]?.text).toBe(part.events()[0]?.text);
});

it('ends for who was shut out, and goes on for the others', async () => {
  const books = await accepted('alpha', 'move-books');
  const { listen, lasting, shutOut } = await process();
  const [gone, stays] = [await listen('/books'), await listen('/all')];
  shutOut('books');
  await lasting.look();
  await gone.ended();
  await delay(books, 1);
  await stays.until(1);
  expect([gone.heard(), stays.isOver()]).toEqual([[], false]);
});
