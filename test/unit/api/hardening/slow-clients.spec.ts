import { once } from 'node:events';
import { connect, type Server, type Socket } from 'node:net';
import { eventuallyTrue } from '../../../support/eventually.js';
import { smallGateway, type SmallGateway } from './small-gateway.js';

const TIMES = { headersMs: 300, requestMs: 600, silenceMs: 500, lookedForEveryMs: 50 };
const HEAD = 'Host: x\r\nAuthorization: Bearer ada\r\n';

let gateway: SmallGateway;
let sockets: Socket[];
beforeEach(() => (sockets = []));
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await gateway.close();
});

async function client(): Promise<Socket> {
  const socket = connect(gateway.port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Everything that comes until the connection is cut, and how long that took. */
async function untilCut(socket: Socket): Promise<{ text: string; afterMs: number }> {
  const from = performance.now();
  let text = '';
  socket.on('data', (bytes) => (text += bytes.toString('latin1')));
  await once(socket, 'close');
  return { text, afterMs: performance.now() - from };
}

/** A byte at a time, for as long as the connection is there. */
function drip(socket: Socket, text: string, everyMs: number): void {
  let at = 0;
  const dripping = setInterval(() => socket.write(text[(at += 1) % text.length] ?? ''), everyMs);
  socket.on('close', () => clearInterval(dripping));
}

async function isUp(): Promise<boolean> {
  const answer = await fetch(`${gateway.url}/v1/things`, { headers: { authorization: 'Bearer ada' } });
  return answer.status === 200;
}

describe('a client that is slow', () => {
  it('with its headers is cut off after their time, with a word', async () => {
    gateway = await smallGateway({ times: { ...TIMES, silenceMs: 60_000, requestMs: 60_000 } });
    const socket = await client();
    socket.write('GET /v1/things HTTP/1.1\r\nHost: x\r\nX-A: ');
    drip(socket, 'a', 20);
    const { text, afterMs } = await untilCut(socket);
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toContain('"code":"invalid-request"');
    expect(text).toContain('x-content-type-options: nosniff');
    expect(afterMs).toBeGreaterThan(200);
    expect(await isUp()).toBe(true);
  });

  it('and says nothing at all is cut off after the time of headers', async () => {
    gateway = await smallGateway({ times: { ...TIMES, silenceMs: 60_000, requestMs: 60_000 } });
    const { text } = await untilCut(await client());
    expect(text).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect(await isUp()).toBe(true);
  });

  it('with its body is cut off after the time of a request, and holds no place', async () => {
    gateway = await smallGateway({ times: { ...TIMES, silenceMs: 60_000 } });
    const socket = await client();
    socket.write(
      `POST /v1/things HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"a":"`,
    );
    drip(socket, 'a', 20);
    const { text, afterMs } = await untilCut(socket);
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(afterMs).toBeGreaterThan(400);
    expect(await isUp()).toBe(true);
  });

  it('with the end of its body is cut off after the silence that is allowed', async () => {
    gateway = await smallGateway({ times: { ...TIMES, requestMs: 60_000 } });
    const socket = await client();
    socket.write(
      `POST /v1/things HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"a":"`,
    );
    const { afterMs } = await untilCut(socket);
    expect(afterMs).toBeGreaterThan(400);
    expect(await isUp()).toBe(true);
  });

  it('with reading is cut off when it has taken nothing for the silence that is allowed', async () => {
    gateway = await smallGateway({ times: TIMES });
    const socket = await client();
    const cut = once(socket, 'close');
    socket.pause();
    socket.write(`GET /v1/things/large HTTP/1.1\r\n${HEAD}\r\n`);
    const server = gateway.app.getHttpServer() as Server;
    const open = (): Promise<number> =>
      new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
    await eventuallyTrue('it has come', async () => (await open()) === 1);
    // What is in the buffers between is still there to be read.
    await eventuallyTrue('the server has cut it', async () => (await open()) === 0);
    let taken = 0;
    socket.on('data', (bytes) => (taken += bytes.length));
    socket.resume();
    await cut;
    expect(taken).toBeLessThan(30_000_000);
    expect(await isUp()).toBe(true);
  });
});

describe('a client that only waits', () => {
  it('for events is not cut off, for as long as there are signs of life', async () => {
    gateway = await smallGateway({ times: TIMES });
    const socket = await client();
    socket.write(`GET /v1/things/1/events HTTP/1.1\r\n${HEAD}\r\n`);
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString()));
    // Longer than each of the times.
    while ((text.match(/still here/g) ?? []).length < 12) await once(socket, 'data');
    expect(socket.destroyed).toBe(false);
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
  });
});
