import { wantsFresh } from '../../../src/api/http/cache-control.js';
import { isSeen } from '../../../src/api/http/entity-tag.js';
import { idempotencyClaim } from '../../../src/api/http/idempotency.js';
import { makePageToken, readPageToken } from '../../../src/api/http/page-token.js';
import { waitSeconds } from '../../../src/api/http/prefer.js';

function problemOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return (error as { problem?: unknown }).problem;
  }
  throw new Error('not refused');
}

describe('Idempotency-Key', () => {
  const request = { method: 'POST', path: '/v1/x', body: { a: 1, b: { c: [1, 2], d: null } } };
  const claim = (key: string | undefined, changes: Partial<typeof request> = {}, who = 'ada') =>
    idempotencyClaim(key, who, { ...request, ...changes });

  it.each([undefined, ''])('%j is missing', (key) => {
    expect(problemOf(() => claim(key))).toMatchObject({
      code: 'idempotency-key-missing',
      status: 400,
      errors: [{ header: 'Idempotency-Key' }],
    });
  });

  it.each(['a b', 'é', 'x'.repeat(256), 'a\n'])('%j is not one', (key) => {
    expect(problemOf(() => claim(key))).toMatchObject({ code: 'invalid-request' });
  });

  it.each(['x', 'x'.repeat(255), '!~', '"8e03978e-40d5-43e8-bc93-6894a57f9324"'])('%j is one', (key) => {
    expect(claim(key).keyHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('makes the same request of the same content, in whatever order it is written', () => {
    const reordered = { ...request, body: { b: { d: null, c: [1, 2] }, a: 1 } };
    expect(claim('k', reordered)).toEqual(claim('k'));
    expect(idempotencyClaim('k', 'ada', { ...request, body: undefined })).toEqual(
      idempotencyClaim('k', 'ada', { ...request, body: {} }),
    );
  });

  it.each([
    { method: 'PATCH' },
    { path: '/v1/y' },
    { body: { a: 2, b: { c: [1, 2], d: null } } },
    { body: { a: 1, b: { c: [2, 1], d: null } } },
  ])('tells another request apart: %j', (changes) => {
    expect(claim('k', changes).fingerprint).not.toBe(claim('k').fingerprint);
    expect(claim('k', changes).keyHash).toBe(claim('k').keyHash);
  });

  it('of one person is not that of another', () => {
    expect(claim('k', {}, 'ben').keyHash).not.toBe(claim('k').keyHash);
    expect(claim('b', {}, 'a').keyHash).not.toBe(claim('ab', {}, '').keyHash);
  });

  it('is nowhere kept as it is', () => {
    expect(JSON.stringify(claim('a-secret-key'))).not.toContain('a-secret-key');
  });
});

describe('a page token', () => {
  const filters = { siteId: 'alpha', state: ['RUNNING'], q: undefined };
  const isPlace = (place: unknown): place is { after: string } =>
    typeof (place as { after?: unknown } | null)?.after === 'string';

  it('leads back to its place, with the same filters in any order', () => {
    const token = makePageToken({ after: 'alpha.ü' }, filters);
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(readPageToken(token, { state: ['RUNNING'], siteId: 'alpha' }, isPlace)).toEqual({
      after: 'alpha.ü',
    });
  });

  it.each([{ siteId: 'beta', state: ['RUNNING'] }, { siteId: 'alpha' }, {}])(
    'is refused with other filters: %j',
    (others) => {
      const token = makePageToken({ after: 'x' }, filters);
      expect(problemOf(() => readPageToken(token, others, isPlace))).toMatchObject({
        code: 'page-token-invalid',
        errors: [{ parameter: 'pageToken' }],
      });
    },
  );

  it.each([{ after: 1 }, { createdMs: 1, id: 'x' }, [], {}])(
    'whose place is none of this list is refused: %j',
    (place) => {
      expect(problemOf(() => readPageToken(makePageToken(place, {}), {}, isPlace))).toMatchObject({
        code: 'page-token-invalid',
      });
    },
  );

  it.each(['', 'nonsense', 'bnVsbA', 'e30', 'MQ', Buffer.from('"text"').toString('base64url')])(
    'that was not made here is refused: %j',
    (token) => {
      expect(problemOf(() => readPageToken(token, {}, isPlace))).toMatchObject({
        code: 'page-token-invalid',
      });
    },
  );
});

it.each([
  [undefined, 0],
  ['', 0],
  ['respond-async', 0],
  ['wait=30', 30],
  ['respond-async, wait=10', 10],
  ['respond-async;wait = "5"', 5],
  ['WAIT=7', 7],
  ['wait=3600', 60],
  ['await=30', 0],
  ['wait=-1', 0],
  ['wait=soon', 0],
])('Prefer: %j is a wish to wait for %i seconds', (prefer, seconds) => {
  expect(waitSeconds(prefer)).toBe(seconds);
});

it.each([
  [undefined, false],
  ['no-cache', true],
  ['max-age=0, No-Cache', true],
  ['no-store', false],
  ['max-age=0', false],
])('Cache-Control: %j insists on a new look: %s', (header, fresh) => {
  expect(wantsFresh({ headers: { 'cache-control': header } })).toBe(fresh);
});

it.each([
  [undefined, false],
  ['', false],
  ['"3"', true],
  ['W/"3"', true],
  ['"1", W/"3"', true],
  ['*', true],
  ['"33"', false],
  ['3', false],
])('If-None-Match: %j has seen version 3: %s', (header, seen) => {
  expect(isSeen(header, '"3"')).toBe(seen);
});
