import net from 'node:net';
import tls from 'node:tls';
import { serverName, withAdvice, type TlsTrust } from './tls-trust.js';
import { TransportError } from './transport-error.js';

/** A connection of its own to the URL's host, ready to be written to. Throws `TransportError` in phase CONNECT. */
export async function connectTo(url: URL, trust: TlsTrust, timeoutMs: number): Promise<net.Socket> {
  const secure = url.protocol === 'https:';
  const host = hostOf(url);
  const port = Number(url.port || (secure ? 443 : 80));
  const options = secure ? await trust.optionsFor(host, port, timeoutMs) : {};
  return new Promise((resolve, reject) => {
    const socket = secure
      ? tls.connect({ host, port, ...serverName(host), ...options })
      : net.connect({ host, port });
    const fail = (reason: string, timedOut: boolean): void => {
      socket.destroy();
      reject(new TransportError('CONNECT', reason, { timedOut }));
    };
    socket.setTimeout(timeoutMs, () => fail(`no connection to ${host}:${port} within ${timeoutMs} ms`, true));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      fail(withAdvice(error.message || (error.code ?? 'no connection'), error.code), false),
    );
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(0);
      socket.removeAllListeners('error');
      // Until the request takes the socket over, its death must not bring the process down.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** The host as sockets want it: an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
