import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

export interface Sent {
  method: string;
  /** Path and query, as they go over the wire. */
  url: string;
  headers: readonly (readonly [name: string, value: string])[];
  body: Buffer | null;
}

/** null = the connection was closed without one. */
export interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const PATIENCE_MS = 30_000;
const NOTHING_COMES_MS = 1_500;
/** Of streams only the beginning is of interest. */
const STREAM = /^text\/event-stream/;
const NOT_FOR_CLIENTS = new Set([
  'ERR_INVALID_CHAR',
  'ERR_UNESCAPED_CHARACTERS',
  'ERR_HTTP_INVALID_HEADER_VALUE',
]);

/** Sends what a decent client would not, too: what Node refuses to write goes over a bare socket. */
export class Sender {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 32 });

  constructor(
    private readonly host: string,
    private readonly port: number,
  ) {}

  async send(sent: Sent): Promise<Received | null> {
    try {
      return await this.politely(sent);
    } catch (error) {
      if (!NOT_FOR_CLIENTS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return this.bytes(wireTextOf(sent));
    }
  }

  /** Writes these bytes, and reads what comes until there has been nothing for a while. */
  bytes(wire: Buffer): Promise<Received | null> {
    return new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      const socket = connect(this.port, this.host, () => socket.write(wire));
      // Whoever waits for the rest of it is told that there is none.
      const rest = setTimeout(() => socket.end(), NOTHING_COMES_MS);
      socket.setTimeout(PATIENCE_MS, () => {
        socket.destroy();
        reject(new Error(`no answer within ${PATIENCE_MS} ms`));
      });
      socket.on('data', (bytes) => {
        parts.push(bytes);
        rest.refresh();
      });
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        clearTimeout(rest);
        resolve(parsed(Buffer.concat(parts)));
      });
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private politely({ method, url, headers, body }: Sent): Promise<Received | null> {
    return new Promise((resolve, reject) => {
      const asking = request({
        agent: this.agent,
        host: this.host,
        port: this.port,
        method,
        path: url,
        setHost: !headers.some(([name]) => name === 'host'),
      });
      asking.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve(null);
        else reject(error);
      });
      try {
        for (const [name, value] of headers) asking.setHeader(name, value);
      } catch (error) {
        asking.destroy();
        throw error;
      }
      if (body) asking.setHeader('content-length', body.length);
      asking.setTimeout(PATIENCE_MS, () => asking.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
      asking.on('response', (response) => {
        const { statusCode: status = 0, headers: answered } = response;
        const parts: Buffer[] = [];
        const done = (): void =>
          resolve({ status, headers: answered, text: Buffer.concat(parts).toString() });
        if (STREAM.test(answered['content-type'] ?? '')) {
          done();
          asking.destroy();
          return;
        }
        response.on('data', (bytes: Buffer) => parts.push(bytes));
        response.on('end', done);
        response.on('error', reject);
      });
      asking.end(body ?? undefined);
    });
  }
}

function wireTextOf({ method, url, headers, body }: Sent): Buffer {
  const lines = [
    `${method} ${url} HTTP/1.1`,
    ...(headers.some(([name]) => name === 'host') ? [] : ['host: fuzz']),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body ? [`content-length: ${body.length}`] : []),
    'connection: close',
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body ?? Buffer.alloc(0)]);
}

/** The first answer of what came over a bare connection. */
function parsed(bytes: Buffer): Received | null {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.subarray(0, Math.max(0, end)).toString('latin1').split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(first)?.[1];
  if (status === undefined) return null;
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const rest = bytes.subarray(end + 4);
  const length = Number(headers['content-length'] ?? rest.length);
  const text = headers['transfer-encoding'] ? dechunked(rest) : rest.subarray(0, length).toString();
  return { status: Number(status), headers, text };
}

function dechunked(bytes: Buffer): string {
  let left = bytes;
  const parts: Buffer[] = [];
  for (;;) {
    const line = left.indexOf('\r\n');
    const size = Number.parseInt(left.subarray(0, Math.max(0, line)).toString(), 16);
    if (!(size > 0)) return Buffer.concat(parts).toString();
    parts.push(left.subarray(line + 2, line + 2 + size));
    left = left.subarray(line + 4 + size);
  }
}

/** So that a person can send it again. */
export function curlOf(base: string, { method, url, headers, body }: Sent, apiKey: string): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const text = body?.toString() ?? '';
  return [
    'curl -sS -i --path-as-is -X',
    method,
    ...headers.map(([name, value]) =>
      value === `Bearer ${apiKey}`
        ? '-H "Authorization: Bearer $API_KEY"'
        : `-H ${quoted(`${name}: ${value}`)}`,
    ),
    ...(body
      ? [`--data-binary ${quoted(text.length > 600 ? `${text.slice(0, 600)}…(${body.length} bytes)` : text)}`]
      : []),
    quoted(base + url),
  ].join(' ');
}
