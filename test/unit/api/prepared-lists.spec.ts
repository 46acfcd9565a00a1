import { PreparedLists } from '../../../src/api/prepared-lists.js';
import type { HttpExchange } from '../../../src/api/http/exchange.decorator.js';
import type { Standing } from '../../../src/api/standing.js';
import { Scope } from '../../../src/domain/access/scope.js';
import type { Source } from '../../../src/inventory/inventory.service.js';
import { group } from '../support/survey.js';

const NOW = { siteId: 'a', ageSeconds: 1 } as Source;
const LATER = { siteId: 'a', ageSeconds: 2 } as Source;

class Held {
  asked = 0;
  by: (string | null)[] = [null, null];
  readonly lists = new PreparedLists({
    holders: () => {
      this.asked += 1;
      return Promise.resolve(this.by);
    },
  } as unknown as Standing);
}

/** What is sent, and what is returned. */
async function answer(lists: PreparedLists, items: ReturnType<typeof group>[], source = NOW) {
  let bytes: () => Buffer = () => Buffer.alloc(0);
  const headers: Record<string, string> = {};
  const reply = {
    type: (type: string) => ({
      serializer: (write: () => Buffer) => {
        headers['content-type'] = type;
        bytes = write;
      },
    }),
    header: (name: string, value: string) => (headers[name] = value),
    getHeader: (name: string) => headers[name],
  };
  const exchange = { request: { url: '/v1/protection-groups?q=x' }, reply } as unknown as HttpExchange;
  const page = { items, nextPageToken: 'next', sources: [source] };
  const returned = await lists.answer('groups', page, Scope.ALL, exchange);
  return { returned, bytes: bytes(), headers };
}

const ITEMS = [group('a.1'), group('a.2')];

it('what is sent is what is returned, as JSON, with who holds each item', async () => {
  const held = new Held();
  held.by = ['a.op', null];
  const { returned, bytes, headers } = await answer(held.lists, ITEMS);
  expect(JSON.parse(bytes.toString())).toEqual(JSON.parse(JSON.stringify(returned)));
  expect(returned.items.map(({ activeOperationId }) => activeOperationId)).toEqual(['a.op', null]);
  expect(returned).toMatchObject({ nextPageToken: 'next', sources: [NOW] });
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  expect(headers.link).toBe('</v1/protection-groups?q=x&pageToken=next>; rel="next"');
});

it('the same items are written out once, as long as nobody else holds them and no source is older', async () => {
  const held = new Held();
  const first = await answer(held.lists, ITEMS);
  expect((await answer(held.lists, ITEMS)).bytes).toBe(first.bytes);
  const later = await answer(held.lists, ITEMS, LATER);
  expect(JSON.parse(later.bytes.toString())).toMatchObject({ sources: [LATER] });
  expect(later.returned.items).toBe(first.returned.items);
});

it('who holds what is read for every answer, and shared by those who ask at a time', async () => {
  const held = new Held();
  await Promise.all([answer(held.lists, ITEMS), answer(held.lists, ITEMS)]);
  expect(held.asked).toBe(1);
  held.by = [null, 'a.new'];
  const { returned } = await answer(held.lists, ITEMS);
  expect(held.asked).toBe(2);
  expect(returned.items.map(({ activeOperationId }) => activeOperationId)).toEqual([null, 'a.new']);
});

it('other pages take the place of those that were asked for longest ago', async () => {
  const held = new Held();
  const large = () => [{ ...group('a.1'), name: 'x'.repeat(9_000_000) }];
  const [one, other] = [large(), large()];
  const first = await answer(held.lists, one);
  await answer(held.lists, other);
  expect((await answer(held.lists, one)).returned.items).not.toBe(first.returned.items);
});

describe('what is kept is bounded', () => {
  it('in number, however small the pages are', async () => {
    const held = new Held();
    const one: ReturnType<typeof group>[] = [];
    const before = await answer(held.lists, one);
    for (let i = 0; i < 499; i += 1) await answer(held.lists, []);
    expect((await answer(held.lists, one)).bytes).toBe(before.bytes);
    for (let i = 0; i < 500; i += 1) await answer(held.lists, []);
    expect((await answer(held.lists, one)).bytes).not.toBe(before.bytes);
  });

  it('in bytes, with the sources that are sent with a page', async () => {
    const held = new Held();
    const large = { siteId: 'a'.repeat(8_000_000), ageSeconds: 1 } as Source;
    const [one, other] = [[group('a.1')], [group('a.1')]];
    const first = await answer(held.lists, one, large);
    await answer(held.lists, other, large);
    expect((await answer(held.lists, one, large)).bytes).not.toBe(first.bytes);
  });

  it('and counted the same when it is written anew: small pages stay, however often their sources change', async () => {
    const held = new Held();
    const [page, other] = [[group('a.1')], [group('a.2')]];
    const { bytes } = await answer(held.lists, other);
    for (let ageSeconds = 0; ageSeconds < 50; ageSeconds += 1)
      await answer(held.lists, page, { siteId: 'a'.repeat(500_000), ageSeconds } as Source);
    expect((await answer(held.lists, other)).bytes).toBe(bytes);
  });
});
