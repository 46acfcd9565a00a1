import { createHash } from 'node:crypto';
import type { WrittenRequest } from '../../../src/platform/http/upstream-http.js';
import {
  authorization,
  canonicalRequest,
  signatureOf,
  signingDate,
} from '../../../src/providers/sdrs/access/sdrs.signing.js';

const KEY = { accessKey: 'AKEXAMPLE0000001', secretKey: 'SkExample-not-a-secret-0001' };
const PROJECT = '0123456789abcdef0123456789abcdef';
const DATE = '20300102T030405Z';
const HOST = 'sdrs.example.test';

/** The vectors of section 1.5. */
const VECTORS: [string, WrittenRequest, string, string][] = [
  [
    'an action on a group',
    {
      method: 'POST',
      url: new URL(`https://${HOST}/v1/${PROJECT}/server-groups/40df180b-9fe2-471a-8c64-1b758dc84189/action`),
      headers: {
        'x-sdk-date': DATE,
        host: HOST,
        'content-type': 'application/json',
        'x-project-id': PROJECT,
      },
      body: '{"start-server-group":{}}',
    },
    '0055bf768d7e0b092c8d58d2284cdf9adfb7920178ae3bd658f601c3e3297558',
    '6bec4081eff970c9281f7acaa52f1a81be8f0b799585d5b81053b4182eb3f2d8',
  ],
  [
    'a list with a filter of several ids',
    {
      method: 'GET',
      url: new URL(
        `https://${HOST}/v1/${PROJECT}/replications?server_group_ids=${encodeURIComponent('["a b","c"]')}&limit=10`,
      ),
      headers: { host: HOST, 'x-sdk-date': DATE },
      body: undefined,
    },
    '180662d75f921fb89294170fc9d78a1471fb259d37199fc59b31c314b6ba640f',
    '84b38a3dae72b5e99a96c0a4c9b8bd206dfdf5dcd5d9d461fca73321a8c681c1',
  ],
];

describe('the signature of sdrs', () => {
  it.each(VECTORS)('of %s is the documented one', (_, request, canonicalHash, signature) => {
    const canonical = canonicalRequest(request);
    expect(createHash('sha256').update(canonical).digest('hex')).toBe(canonicalHash);
    expect(signatureOf(canonical, DATE, KEY.secretKey)).toBe(signature);
    const names = Object.keys(request.headers).sort().join(';');
    expect(authorization(request, KEY)).toBe(
      `SDK-HMAC-SHA256 Access=${KEY.accessKey}, SignedHeaders=${names}, Signature=${signature}`,
    );
  });

  const bare: WrittenRequest = { method: 'GET', url: new URL('https://h/'), headers: {}, body: undefined };
  const lines = (change: Partial<WrittenRequest>) => canonicalRequest({ ...bare, ...change }).split('\n');

  it.each([
    ['https://h/', '/'],
    ['https://h', '/'],
    ['https://h/v1/', '/v1/'],
    ['https://h/v1/a', '/v1/a/'],
    ['https://h/v1/ü!', '/v1/%C3%BC%21/'],
    ['https://h/v1/a%20b', '/v1/a%20b/'],
  ])('names the path of %s %s', (url, path) => {
    expect(lines({ url: new URL(url) })[1]).toBe(path);
  });

  it.each([
    ['', ''],
    ['?', ''],
    ['?b=2&a=1', 'a=1&b=2'],
    ['?a=2&a=10&a=1', 'a=1&a=10&a=2'],
    ['?flag', 'flag='],
    ["?q=it's%20(so)*!", 'q=it%27s%20%28so%29%2A%21'],
    ['?name=Z%C3%BCrich', 'name=Z%C3%BCrich'],
  ])('orders the query %s into %s', (query, canonical) => {
    expect(lines({ url: new URL(`https://h/${query}`) })[2]).toBe(canonical);
  });

  it('hashes the body as UTF-8, and no body as the empty text', () => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(lines({}).at(-1)).toBe(empty);
    const body = '{"name":"Zürich 東京"}';
    expect(lines({ body }).at(-1)).toBe(createHash('sha256').update(Buffer.from(body)).digest('hex'));
  });

  it('dates itself to the second, in UTC', () => {
    expect(signingDate(Date.parse('2030-01-02T03:04:05.999Z'))).toBe(DATE);
  });
});
