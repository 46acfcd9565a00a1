import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';

/** What an evil server does with a connection on which it was asked something. */
export type Evil = (socket: Socket, asked: IncomingMessage) => void;

const MEGABYTE = 1024 * 1024;
const BIG = Buffer.alloc(64 * MEGABYTE, 0x20);
const HOSTILE_WORDS =
  '=cmd|\' /C calc\'!A0 <script>alert(1)</script>\r\n{"level":60,"msg":"forged"}\u001b[2J\u202e\u0000 password=not-yours';

function answer(body: Buffer | string, status = 200, headers: readonly string[] = []): Evil {
  const bytes = Buffer.from(body as string);
  const lines = [
    `HTTP/1.1 ${status} Evil`,
    'content-type: application/json',
    `content-length: ${bytes.length}`,
  ];
  return raw(Buffer.concat([Buffer.from([...lines, ...headers, '', ''].join('\r\n')), bytes]));
}

function raw(bytes: Buffer | string): Evil {
  return (socket) => void socket.end(bytes);
}

/** Goes on writing for as long as somebody listens. */
function endless(head: string, part: string, everyMs = 0): Evil {
  return (socket) => {
    let timer: NodeJS.Timeout | undefined;
    const go = (): void => {
      if (socket.destroyed) return;
      if (socket.write(part)) timer = setTimeout(go, everyMs);
      else socket.once('drain', go);
    };
    socket.once('close', () => clearTimeout(timer));
    socket.write(head);
    go();
  };
}

function list(items: string): string {
  return `{"count":1,"total":1,"server_groups":${items},"list":${items},"_meta":{"total":1,"next":{"href":"http://127.0.0.1:1/next"}}}`;
}

const deep = (open: string, close: string): string => `${open.repeat(500_000)}1${close.repeat(500_000)}`;
const error = (status: number, headers: readonly string[] = []): Evil =>
  answer(
    JSON.stringify({
      error_code: HOSTILE_WORDS,
      error_msg: HOSTILE_WORDS,
      messages: [{ code: HOSTILE_WORDS, text: HOSTILE_WORDS }],
    }),
    status,
    headers,
  );

/** Each by what it is. None of them may bring down, fill or mislead whoever asked. */
export const EVIL_ANSWERS: Readonly<Record<string, Evil>> = {
  'a gzip bomb': answer(gzipSync(BIG, { level: 9 }), 200, ['content-encoding: gzip']),
  'a deflate bomb': answer(deflateSync(BIG, { level: 9 }), 200, ['content-encoding: deflate']),
  'a brotli bomb': answer(brotliCompressSync(BIG, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }), 200, [
    'content-encoding: br',
  ]),
  'gzip within gzip': answer(gzipSync(gzipSync(BIG)), 200, ['content-encoding: gzip, gzip']),
  'gzip that ends in the middle': answer(gzipSync(list('[]')).subarray(0, 30), 200, [
    'content-encoding: gzip',
  ]),
  'plain text that calls itself gzip': answer(list('[]'), 200, ['content-encoding: gzip']),
  'an encoding that nobody knows': answer(list('[]').split('').reverse().join(''), 200, [
    'content-encoding: evil',
  ]),
  'nine megabytes': answer(`"${'x'.repeat(9 * MEGABYTE)}"`),
  'a body without an end': endless(
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
    `10000\r\n${' '.repeat(65_536)}\r\n`,
  ),
  'headers without an end': endless('HTTP/1.1 200 OK\r\n', `x-evil: ${'x'.repeat(1_000)}\r\n`),
  'ten thousand headers': answer(
    list('[]'),
    200,
    Array.from({ length: 10_000 }, (_, i) => `x-${i}: 1`),
  ),
  'promises of more, for ever': endless('', 'HTTP/1.1 100 Continue\r\n\r\n', 1),
  'a byte every tenth of a second': endless('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n', ' ', 100),
  'less than it said': raw('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"server_groups":[]'),
  'more than it said': raw(
    `HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}${list('[]')}HTTP/1.1 200 OK\r\n\r\n`,
  ),
  'two lengths': raw('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 40\r\n\r\n{}'),
  'a length and chunks': raw(
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  ),
  'chunks that are none': raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n'),
  'a chunk of 16 exabytes': raw(
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n{}',
  ),
  'a NUL in a header': raw('HTTP/1.1 200 OK\r\nx-evil: a\u0000b\r\ncontent-length: 2\r\n\r\n{}'),
  'a line break in a header': raw(
    'HTTP/1.1 200 OK\r\nx-evil: a\nset-cookie: b\r\n c\r\ncontent-length: 2\r\n\r\n{}',
  ),
  'status 999': answer(list('[]'), 999),
  'status 000': raw('HTTP/1.1 000 \r\ncontent-length: 2\r\n\r\n{}'),
  'no HTTP': raw('\u0016\u0003\u0001\u0002\u0000\u0001'),
  'HTTP 0.9': raw(list('[]')),
  'another protocol': raw(
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: evil\r\nconnection: upgrade\r\n\r\nevil',
  ),
  'a hang-up': (socket) => void socket.resetAndDestroy(),
  nothing: () => undefined,
  'a way to the metadata service (302)': answer('', 302, [
    'location: http://169.254.169.254/latest/meta-data/',
  ]),
  'a way to this machine (307)': answer('', 307, ['location: http://127.0.0.1:1/']),
  'a way to a file (308)': answer('', 308, ['location: file:///etc/passwd']),
  'lists half a million deep': answer(deep('[', ']')),
  'objects half a million deep': answer(deep('{"list":', '}')),
  'a prototype': answer(
    list('[{"id":"a","name":"a","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}]'),
  ),
  'a prototype instead of a list': answer('{"__proto__":{"server_groups":[],"list":[],"polluted":1}}'),
  'a name of seven megabytes': answer(list(`[{"id":"a","name":"${'n'.repeat(7 * MEGABYTE)}"}]`)),
  'an id that is a path': answer(list('[{"id":"../../v3/auth/tokens","name":"a","status":"protected"}]')),
  'a million nulls': answer(list(`[${'null,'.repeat(1_000_000)}null]`)),
  'a page that never is the last': answer(
    '{"count":1000000000,"server_groups":[{"id":"a"}],"total":1e9,"list":[{"id":"a"}]}',
  ),
  'numbers beyond numbers': answer('{"count":1e999,"server_groups":[{"id":1e999}],"list":[{"id":-1e999}]}'),
  'a number': answer('42'),
  'a null': answer('null'),
  'bytes that are no text': answer(Buffer.from([0x22, 0xff, 0xfe, 0xc0, 0xaf, 0xed, 0xa0, 0x80, 0x22])),
  'UTF-16': answer(Buffer.from(list('[]'), 'utf16le')),
  'half of a character': answer(
    '{"server_groups":[{"id":"\\ud800","name":"\\udc00"}],"list":[{"id":"\\ud800"}]}',
  ),
  'a refusal full of other languages': error(400),
  'a failure full of other languages': error(500),
  'a rate limit until the end of time': error(429, ['retry-after: 99999999999999999999']),
  'a rate limit until long ago': error(429, ['retry-after: Thu, 01 Jan 1970 00:00:00 GMT']),
  'our own credentials': (socket, asked) => {
    const said = JSON.stringify(
      Object.entries(asked.headers)
        .map(([name, value]) => `${name}: ${String(value)}`)
        .join(' '),
    );
    answer(`{"error_code":"X.1","error_msg":${said},"messages":[{"text":${said}}]}`, 500)(socket, asked);
  },
};
