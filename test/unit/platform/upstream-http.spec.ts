import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import net from 'node:net';
import { inspect } from 'node:util';
import { UpstreamHttp, type UpstreamRequest } from '../../../src/platform/http/upstream-http.js';
import { TransportError } from '../../../src/platform/http/transport-error.js';
import { bareServer, closeServers, deadUrl, listen, webServer } from '../support/listening.js';

const PATIENT = 10_000;
const request: UpstreamRequest = {
  method: 'POST',
  path: '/v1/failover',
  body: { direction: 'there' },
  headers: { 'x-auth-token': 'a-secret-token' },
};
const open = () => undefined;

afterEach(closeServers);

async function errorOf(work: Promise<unknown>): Promise<TransportError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TransportError)) throw new Error(`not a TransportError: ${inspect(error)}`);
  return error;
}

describe('a submission', () => {
  it('is sent with its method, path, headers and body, and its answer is handed on', async () => {
    const server = await webServer({ status: 202, body: '{"job":"j"}', headers: { 'X-Request-Id': 'r-1' } });
    const answer = await new UpstreamHttp({ baseUrl: `${server.url}/base` }).submit(request, open, PATIENT);
    expect(answer).toMatchObject({ status: 202, json: { job: 'j' }, headers: { 'x-request-id': 'r-1' } });
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      url: '/base/v1/failover',
      headers: { 'x-auth-token': 'a-secret-token', 'content-type': 'application/json' },
    });
  });

  it.each([
    ['https://sdrs.example/', 'sdrs.example'],
    ['http://sdrs.example', 'sdrs.example'],
    ['https://sdrs.example:8443', 'sdrs.example:8443'],
    ['http://[::1]:8080/base', '[::1]:8080'],
  ])('to %s names the host %s', (baseUrl, host) => {
    expect(new UpstreamHttp({ baseUrl }).asWritten(request).headers.host).toBe(host);
  });

  it('is written as it was said to be', async () => {
    const seen: { line: string; headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((asked, response) => {
      const parts: Buffer[] = [];
      asked.on('data', (part: Buffer) => parts.push(part));
      asked.on('end', () => {
        const body = Buffer.concat(parts).toString();
        seen.push({ line: `${asked.method ?? ''} ${asked.url ?? ''}`, headers: asked.headers, body });
        response.end('{}');
      });
    });
    const http = new UpstreamHttp({ baseUrl: `http://127.0.0.1:${await listen(server)}/base/` });
    const strange: UpstreamRequest = {
      ...request,
      path: '/v1/a%20b/ünïcode',
      query: { ids: '["ä b","c"]', none: undefined, empty: '', quote: "it's (so)*!" },
      body: { name: 'Zürich – 東京', nested: [1, null, ' padded '] },
    };
    await http.submit(strange, open, PATIENT);
    const { method, url, headers, body } = http.asWritten(strange);
    expect(seen).toMatchObject([{ line: `${method} ${url.pathname}${url.search}`, headers, body }]);
  });

  it('passes its gate once, after the connection and before the first byte', async () => {
    const server = await bareServer('HTTP/1.1 204 No Content\r\n\r\n');
    const receivedAtGate: string[] = [];
    const http = new UpstreamHttp({ baseUrl: server.url });
    const answer = await http.submit(
      request,
      () => receivedAtGate.push(server.connections.map(({ received }) => received).join('')),
      PATIENT,
    );
    expect(answer.status).toBe(204);
    expect(receivedAtGate).toEqual(['']);
    expect(server.connections[0]?.received).toContain('POST /v1/failover');
  });

  it('whose gate refuses sends nothing: the server sees a connection and not a byte', async () => {
    const server = await bareServer('HTTP/1.1 204 No Content\r\n\r\n');
    const tooLate = new Error('too late');
    const refusing = () => {
      throw tooLate;
    };
    const sent = new UpstreamHttp({ baseUrl: server.url }).submit(request, refusing, PATIENT);
    await expect(sent).rejects.toBe(tooLate);
    await server.seen;
    await server.connections[0]?.closed;
    expect(server.connections.map(({ received }) => received)).toEqual(['']);
  });

  it('waits for the confirmation once the connection stands, then opens its gate', async () => {
    const server = await bareServer('HTTP/1.1 204 No Content\r\n\r\n');
    const order: string[] = [];
    await new UpstreamHttp({ baseUrl: server.url }).submit(
      request,
      () => order.push('opened'),
      PATIENT,
      async () => {
        await server.seen;
        order.push(`confirmed: ${server.connections.map(({ received }) => received.length).join()}`);
      },
    );
    expect(order).toEqual(['confirmed: 0', 'opened']);
  });

  it('that is not confirmed sends nothing, and its gate stays shut', async () => {
    const server = await bareServer('HTTP/1.1 204 No Content\r\n\r\n');
    const overtaken = new Error('overtaken');
    let opened = 0;
    const sent = new UpstreamHttp({ baseUrl: server.url }).submit(
      request,
      () => (opened += 1),
      PATIENT,
      () => Promise.reject(overtaken),
    );
    await expect(sent).rejects.toBe(overtaken);
    await server.seen;
    await server.connections[0]?.closed;
    expect(server.connections.map(({ received }) => received)).toEqual(['']);
    expect(opened).toBe(0);
  });

  it('whose connection dies while it is being confirmed is known not to have been sent', async () => {
    const server = net.createServer();
    const accepted = new Promise<net.Socket>((resolve) => server.once('connection', resolve));
    const dialled: net.Socket[] = [];
    const note = (message: unknown) => dialled.push((message as { socket: net.Socket }).socket);
    subscribe('net.client.socket', note);
    const http = new UpstreamHttp({ baseUrl: `http://127.0.0.1:${await listen(server)}` });
    let opened = 0;
    const error = await errorOf(
      http.submit(
        request,
        () => (opened += 1),
        PATIENT,
        async () => {
          const [ours] = dialled;
          const died = new Promise((resolve) => ours?.once('close', resolve));
          (await accepted).resetAndDestroy();
          await died;
        },
      ),
    );
    unsubscribe('net.client.socket', note);
    expect(error).toMatchObject({ phase: 'CONNECT' });
    expect(opened).toBe(0);
  });

  it('to where nobody listens is known not to have been sent, and its gate stays shut', async () => {
    let opened = 0;
    const http = new UpstreamHttp({ baseUrl: await deadUrl() });
    expect(await errorOf(http.submit(request, () => (opened += 1), PATIENT))).toMatchObject({
      phase: 'CONNECT',
      timedOut: false,
    });
    expect(opened).toBe(0);
  });

  it('without an answer in time may have been sent', async () => {
    const server = await bareServer(null);
    const error = await errorOf(new UpstreamHttp({ baseUrl: server.url }).submit(request, open, 100));
    expect(error).toMatchObject({ phase: 'EXCHANGE', timedOut: true });
    expect(server.connections[0]?.received).toContain('POST');
  });

  it.each([
    ['no answer at all', ''],
    ['half an answer', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"job"'],
    ['something that is not HTTP', 'SSH-2.0-OpenSSH\r\n'],
  ])('with %s may have been sent', async (_name, text) => {
    const server = await bareServer(text);
    const error = await errorOf(new UpstreamHttp({ baseUrl: server.url }).submit(request, open, PATIENT));
    expect(error).toMatchObject({ phase: 'EXCHANGE', timedOut: false });
    expect(server.connections).toHaveLength(1);
  });

  it.each([301, 302, 307, 308])('is not carried on to where a %i points', async (status) => {
    const other = await webServer({ status: 200, body: '{}' });
    const server = await webServer({ status, body: '', headers: { location: `${other.url}/elsewhere` } });
    const answer = await new UpstreamHttp({ baseUrl: server.url }).submit(request, open, PATIENT);
    expect(answer.status).toBe(status);
    expect([server.requests.length, other.requests.length]).toEqual([1, 0]);
  });

  it('has a connection of its own each time', async () => {
    const server = await webServer({ status: 200, body: '{}' });
    const http = new UpstreamHttp({ baseUrl: server.url });
    for (let i = 0; i < 3; i += 1) await http.submit(request, open, PATIENT);
    expect(server.connections()).toBe(3);
  });

  it('whose answer is larger than can be meant may have been carried out', async () => {
    const server = await webServer({ status: 200, body: `"${'x'.repeat(9 * 1024 * 1024)}"` });
    const error = await errorOf(new UpstreamHttp({ baseUrl: server.url }).submit(request, open, PATIENT));
    expect(error.phase).toBe('EXCHANGE');
  });

  it('does not show its credentials in what goes wrong', async () => {
    const server = await bareServer('');
    for (const baseUrl of [server.url, await deadUrl()]) {
      const error = await errorOf(new UpstreamHttp({ baseUrl }).submit(request, open, PATIENT));
      expect(inspect(error, { depth: 9 })).not.toContain('a-secret-token');
    }
  });
});

describe('a read', () => {
  const read: UpstreamRequest = {
    method: 'GET',
    path: '/groups',
    query: { limit: 5, offset: undefined, q: 'a b' },
  };

  it('shares a connection with others', async () => {
    const server = await webServer({ status: 200, body: '[]' });
    const http = new UpstreamHttp({ baseUrl: server.url });
    for (let i = 0; i < 3; i += 1) await http.read(read);
    expect(server.connections()).toBe(1);
    expect(server.requests[0]?.url).toBe('/groups?limit=5&q=a%20b');
    await http.close();
  });

  it.each([200, 404, 500, 503])('with status %i is answered', async (status) => {
    const server = await webServer({ status, body: '<html>' });
    const http = new UpstreamHttp({ baseUrl: server.url });
    expect(await http.read(read)).toMatchObject({ status, text: '<html>', json: undefined });
    await http.close();
  });

  it('is not carried on, with its credentials, to where a redirection points', async () => {
    const other = await webServer({ status: 200, body: '{}' });
    const server = await webServer({
      status: 302,
      body: '',
      headers: { location: `${other.url}/elsewhere` },
    });
    const http = new UpstreamHttp({ baseUrl: server.url });
    expect((await http.read(read)).status).toBe(302);
    expect(other.requests).toEqual([]);
    await http.close();
  });

  it.each(['/things/..', '/things/.', '/things/%2e%2e', '/a\\b', '/things/../others'])(
    'refuses the path %s, which would lead elsewhere, before anything is sent',
    async (path) => {
      const http = new UpstreamHttp({ baseUrl: 'http://127.0.0.1:1/base' });
      expect(() => http.asWritten({ method: 'DELETE', path })).toThrow(/cannot be sent as it is/);
      await http.close();
    },
  );

  it('keeps a query that its path brings along', async () => {
    const http = new UpstreamHttp({ baseUrl: 'http://127.0.0.1:1' });
    const urls = [
      http.asWritten({ method: 'GET', path: '/a?b=c' }).url,
      http.asWritten({ method: 'GET', path: '/a?b=c', query: { d: 'e f' } }).url,
    ];
    expect(urls.map(({ search }) => search)).toEqual(['?b=c', '?b=c&d=e%20f']);
    await http.close();
  });

  it('that takes too long, or is given up, is an error of the exchange', async () => {
    const server = await bareServer(null);
    const http = new UpstreamHttp({ baseUrl: server.url, readTimeoutMs: 50 });
    expect(await errorOf(http.read(read))).toMatchObject({ phase: 'EXCHANGE', timedOut: true });
    const aborted = { ...read, signal: AbortSignal.abort() };
    expect((await errorOf(http.read(aborted))).timedOut).toBe(false);
    await http.close();
  });
});
