import net from 'node:net';
import tls from 'node:tls';
import { ALWAYS_VERIFIED } from '../../platform/http/tls-trust.js';
import { withinMs } from '../../platform/within.js';
import { refusedAddress } from './address-policy.js';

/** One per kind of address is enough for a host that is up. */
const MOST_TRIED = 2;

/** All addresses of a name. Throws when it has none. */
export type ResolveName = (name: string) => Promise<string[]>;

/** Nothing was sent, and why. */
export class EndpointUnreachable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EndpointUnreachable';
  }
}

export interface ConnectionRules {
  allowPrivate: boolean;
  resolve: ResolveName;
}

/**
 * A connection to the URL's host, ready to be written to. The name is resolved once, every address it has is judged, and
 * it is those addresses that are connected to: what the name says a moment later does not matter.
 */
export async function connectToEndpoint(
  url: URL,
  { allowPrivate, resolve }: ConnectionRules,
  timeoutMs: number,
): Promise<net.Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const resolved = net.isIP(host) !== 0 ? [host] : await addressesOf(host, resolve, Math.ceil(timeoutMs / 2));
  for (const address of resolved) {
    const why = refusedAddress(address, allowPrivate);
    if (why !== null) throw new EndpointUnreachable(`Nothing is sent to the address ${address} (${why}).`);
  }
  const secure = url.protocol === 'https:';
  const port = Number(url.port || (secure ? 443 : 80));
  let failure = new EndpointUnreachable(`${host} has no address.`);
  for (const address of resolved.slice(0, MOST_TRIED)) {
    try {
      return await connected(address, port, secure ? host : null, Math.ceil(timeoutMs / 2 / MOST_TRIED));
    } catch (error) {
      failure = new EndpointUnreachable(
        error instanceof Error ? error.message : 'It cannot be connected to.',
      );
    }
  }
  throw failure;
}

async function addressesOf(host: string, resolve: ResolveName, timeoutMs: number): Promise<string[]> {
  const late = `${host} could not be resolved within ${timeoutMs} ms.`;
  try {
    return await withinMs(timeoutMs, resolve(host));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new EndpointUnreachable(code ? `${host} could not be resolved (${code}).` : late);
  }
}

/** @param name that the certificate must be for; null = no TLS */
function connected(
  address: string,
  port: number,
  name: string | null,
  timeoutMs: number,
): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const servername = name !== null && net.isIP(name) === 0 ? { servername: name } : {};
    const socket =
      name === null
        ? net.connect({ host: address, port })
        : tls.connect({ host: address, port, ...servername, ...ALWAYS_VERIFIED });
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new EndpointUnreachable(reason));
    };
    socket.setTimeout(timeoutMs, () => fail(`No connection within ${timeoutMs} ms.`));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      fail(`No connection: ${error.code ?? ''} ${error.message}`.trim()),
    );
    socket.once(name === null ? 'connect' : 'secureConnect', () => {
      socket.setTimeout(0);
      // The head and the body of a request are two writes: the second one must not wait for the first one's receipt.
      socket.setNoDelay(true);
      socket.removeAllListeners('error');
      // Until the request takes the socket over, its death must not bring the process down.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}
