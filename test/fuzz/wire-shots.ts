/** What is no HTTP request, or two at once: bytes as they go over the wire. */
export function wireShots(apiKey: string): Readonly<Record<string, Buffer>> {
  const let_in = `Host: fuzz\r\nAuthorization: Bearer ${apiKey}\r\n`;
  const texts: Record<string, string> = {
    'nothing but a line end': '\r\n',
    'a method that nobody knows': `FAILOVER /v1/sites HTTP/1.1\r\n${let_in}\r\n`,
    'no version': 'GET /v1/sites\r\n\r\n',
    'a version of the future': `GET /v1/sites HTTP/9.9\r\n${let_in}\r\n`,
    'no host': `GET /v1/sites HTTP/1.1\r\nAuthorization: Bearer ${apiKey}\r\n\r\n`,
    'two hosts': `GET /v1/sites HTTP/1.1\r\nHost: evil.invalid\r\n${let_in}Connection: close\r\n\r\n`,
    'a whole URL': `GET http://evil.invalid/v1/sites HTTP/1.1\r\n${let_in}Connection: close\r\n\r\n`,
    'a tunnel': `CONNECT evil.invalid:443 HTTP/1.1\r\n${let_in}\r\n`,
    'an asterisk': `OPTIONS * HTTP/1.1\r\n${let_in}Connection: close\r\n\r\n`,
    'another protocol': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    TLS: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'two lengths': `POST /v1/webhooks HTTP/1.1\r\n${let_in}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    'a length and chunks': `POST /v1/webhooks HTTP/1.1\r\n${let_in}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/sites HTTP/1.1\r\n\r\n`,
    'chunks, badly written': `POST /v1/webhooks HTTP/1.1\r\n${let_in}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    'chunks in a disguise': `POST /v1/webhooks HTTP/1.1\r\n${let_in}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    'a length below nothing': `POST /v1/webhooks HTTP/1.1\r\n${let_in}Content-Length: -1\r\n\r\n`,
    'a length beyond all': `POST /v1/webhooks HTTP/1.1\r\n${let_in}Content-Type: application/json\r\nContent-Length: 99999999999999999999\r\n\r\n{}`,
    'half of a body': `POST /v1/webhooks HTTP/1.1\r\n${let_in}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"url":`,
    'a folded header': `GET /v1/sites HTTP/1.1\r\n${let_in}X-A: b\r\n c\r\nConnection: close\r\n\r\n`,
    'a NUL in a header': `GET /v1/sites HTTP/1.1\r\n${let_in}X-A: b\0c\r\n\r\n`,
    'a bare line feed': `GET /v1/sites HTTP/1.1\n${let_in.replaceAll('\r', '')}\n`,
    'a space before the colon': `GET /v1/sites HTTP/1.1\r\n${let_in}X-A : b\r\n\r\n`,
    'a NUL in the path': `GET /v1/sites\0 HTTP/1.1\r\n${let_in}\r\n`,
    'bytes that are no UTF-8 in the path': `GET /v1/sites/\xff\xfe HTTP/1.1\r\n${let_in}Connection: close\r\n\r\n`,
    'a path without end': `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${let_in}\r\n`,
    'headers without end': `GET /v1/sites HTTP/1.1\r\n${let_in}X-A: ${'b'.repeat(40_000)}\r\n\r\n`,
    'a thousand headers': `GET /v1/sites HTTP/1.1\r\n${let_in}${Array.from({ length: 1_000 }, (_, n) => `X${n}: 1\r\n`).join('')}\r\n`,
    'three requests at once': `GET /v1/sites HTTP/1.1\r\n${let_in}\r\nGET /v1/drills HTTP/1.1\r\n${let_in}\r\nGET /livez HTTP/1.1\r\n${let_in}Connection: close\r\n\r\n`,
  };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text, 'latin1')]));
}
