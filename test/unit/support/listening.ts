import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

/** What a server has seen of one connection. */
export interface SeenConnection {
  received: string;
  closed: Promise<unknown>;
}

const servers = new Set<{ server: net.Server; sockets: Set<net.Socket> }>();

/** Listens on a free port of this machine until `closeServers`; answers the port. */
export async function listen(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  servers.add({ server, sockets });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export async function closeServers(): Promise<void> {
  for (const { server, sockets } of servers) {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
  servers.clear();
}

/** A server of bare connections: notes what arrives and answers with this text, or not at all (null). */
export async function bareServer(
  answer: string | null,
): Promise<{ url: string; connections: SeenConnection[]; seen: Promise<unknown> }> {
  const connections: SeenConnection[] = [];
  const server = net.createServer((socket) => {
    const connection = { received: '', closed: once(socket, 'close') };
    connections.push(connection);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      connection.received += bytes.toString();
      if (answer !== null) socket.end(answer);
    });
  });
  const seen = once(server, 'connection');
  return { url: `http://127.0.0.1:${await listen(server)}`, connections, seen };
}

export interface Answer {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

/** A web server that gives every request the same answer. */
export async function webServer(
  answer: Answer,
): Promise<{ url: string; requests: http.IncomingMessage[]; connections: () => number }> {
  const requests: http.IncomingMessage[] = [];
  const sockets = new Set<net.Socket>();
  const server = http.createServer((request, response) => {
    requests.push(request);
    request.resume();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  server.on('connection', (socket) => sockets.add(socket));
  return { url: `http://127.0.0.1:${await listen(server)}`, requests, connections: () => sockets.size };
}

/** An address of this machine where nobody listens. */
export async function deadUrl(): Promise<string> {
  const server = net.createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
