import { request } from 'node:http';
import { connect } from 'node:net';
import { RequestValidationPipe } from '../../../../src/api/http/request-validation.pipe.js';
import { requestIdOf } from '../../../../src/api/http/request-id.js';
import { InventoryQueryDto } from '../../../../src/api/dto/queries.dto.js';
import { createLog } from '../../../../src/platform/log/log.js';
import { smallGateway, type SmallGateway } from './small-gateway.js';

let gateway: SmallGateway;
beforeAll(async () => {
  gateway = await smallGateway();
});
afterAll(() => gateway.close());

interface Told {
  status: number;
  body: { code?: string; detail?: string; errors?: { header?: string }[] };
}

function ask(path: string, headers: [string, string][] = []): Promise<Told> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { port: gateway.port, path, headers: { authorization: 'Bearer ada' } },
      (answer) => {
        let text = '';
        answer.on('data', (bytes: Buffer) => (text += bytes.toString()));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) as Told['body'] }),
        );
      },
    );
    for (const [name, value] of headers) asking.setHeader(name, value);
    asking.on('error', reject);
    asking.end();
  });
}

/** Bytes as they are. */
function wire(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(gateway.port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (bytes) => {
      answer += bytes.toString();
      socket.end();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('a request', () => {
  it.each([
    ['a path and query of 8,000 characters', `/v1/things?${'a'.repeat(7_989)}`, [], 200],
    ['a longer one', `/v1/things?${'a'.repeat(7_990)}`, [], 414],
    ['100 parameters', `/v1/things?${Array.from({ length: 100 }, (_, n) => `p${n}=1`).join('&')}`, [], 200],
    ['101 of them', `/v1/things?${Array.from({ length: 101 }, (_, n) => `p${n}=1`).join('&')}`, [], 414],
    [
      '90 headers',
      '/v1/things',
      Array.from({ length: 90 }, (_, n): [string, string] => [`x-${n}`, '1']),
      200,
    ],
    [
      '110 of them',
      '/v1/things',
      Array.from({ length: 110 }, (_, n): [string, string] => [`x-${n}`, '1']),
      431,
    ],
    ['16 KiB of headers', '/v1/things', [['x-a', 'a'.repeat(17_000)]] as [string, string][], 431],
  ])('with %s', async (_what, path, headers, status) => {
    const told = await ask(path, headers);
    expect(told.status).toBe(status);
    if (status >= 400) expect(told.body.code).toBe('payload-too-large');
  });

  it('that expects what nobody gives is refused in our own words', async () => {
    const told = await ask('/v1/things', [['expect', 'miracles']]);
    expect([told.status, told.body.code, told.body.errors?.[0]?.header]).toEqual([
      417,
      'invalid-request',
      'Expect',
    ]);
  });

  it('without a host is refused in our own words, and one of HTTP/1.0 needs none', async () => {
    const answer = await wire('GET /v1/things HTTP/1.1\r\nAuthorization: Bearer ada\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"header":"Host"');
    expect(await wire('GET /livez HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    [
      'a length and chunks',
      'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\n\r\n',
    ],
    ['chunks in a disguise', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a space before a colon', 'X-A : b\r\n\r\n'],
  ])('that a proxy could take for two is refused, and its connection closed: %s', async (_what, rest) => {
    const answer = await wire(`POST /v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n${rest}`);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
    expect(answer).toContain('connection: close');
  });
});

describe('the id of a request', () => {
  it.each(['a', 'A-1_2.3', 'x'.repeat(64), '0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e'])(
    '%s is taken',
    (given) => {
      expect(requestIdOf({ headers: { 'x-request-id': given } })).toBe(given);
    },
  );

  it.each(['', 'x'.repeat(65), 'a b', 'a\nb', '"}{"', '<b>', 'é', 'a/b', '${jndi:x}'])(
    '%j is replaced',
    (given) => {
      expect(requestIdOf({ headers: { 'x-request-id': given } })).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('that comes twice is replaced', () => {
    expect(requestIdOf({ headers: { 'x-request-id': ['a', 'b'] } })).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('what a client writes', () => {
  it('is one line of the log, whatever it is', () => {
    const lines: string[] = [];
    const log = createLog('info', 'test', { write: (text: string) => void lines.push(text) });
    const hostile = ['\n{"level":60,"msg":"planted"}\r\n', '\u2028"},{"a":"', '\0\x1b[2J', '__proto__'];
    for (const text of hostile) log.info({ path: text, [text]: text }, text);
    expect(lines).toHaveLength(hostile.length);
    for (const [at, line] of lines.entries()) {
      expect(line.trimEnd()).not.toMatch(/[\n\r\0\x1b]/);
      expect(JSON.parse(line)).toMatchObject({ path: hostile[at], msg: hostile[at], level: 30 });
    }
  });

  it.each([
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    '__proto__[polluted]',
    'constructor[prototype][polluted]',
  ])('as the name of a parameter is a parameter that is not known: %s', async (name) => {
    const query = Object.assign(Object.create(null) as object, { pageSize: '1' });
    Object.defineProperty(query, name, { value: 'true', enumerable: true });
    const refusal = new RequestValidationPipe().transform(query, {
      type: 'query',
      metatype: InventoryQueryDto,
    });
    await expect(refusal).rejects.toMatchObject({
      problem: { code: 'invalid-request', errors: [{ parameter: name }] },
    });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
