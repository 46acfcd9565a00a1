import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import type { SelfSigned } from '../unit/support/self-signed.js';

/** TLS in front of a plain server: shows a certificate, hands on what comes through, and keeps a copy of it. */
export class TlsFront {
  /** Every byte that anybody said after a handshake. */
  received = '';
  private readonly sockets = new Set<net.Socket>();

  private constructor(
    private readonly server: tls.Server,
    readonly url: string,
  ) {}

  static async before(plainUrl: string, certificate: SelfSigned): Promise<TlsFront> {
    const port = Number(new URL(plainUrl).port);
    const server = tls.createServer({ key: certificate.key, cert: certificate.cert });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const front = new TlsFront(server, `https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('connection', (socket: net.Socket) => front.keep(socket));
    // A client that does not like the certificate hangs up in the middle of the handshake.
    server.on('tlsClientError', () => undefined);
    server.on('secureConnection', (client) => front.handOn(client, port));
    return front;
  }

  /** From now on it shows another certificate, also to those who have been here before. */
  change(certificate: SelfSigned): void {
    this.server.setSecureContext({ key: certificate.key, cert: certificate.cert });
    this.hangUp();
  }

  async close(): Promise<void> {
    this.hangUp();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  private handOn(client: tls.TLSSocket, port: number): void {
    const plain = net.connect({ host: '127.0.0.1', port });
    this.keep(plain);
    client.on('data', (bytes: Buffer) => (this.received += bytes.toString('latin1')));
    client.on('error', () => plain.destroy());
    plain.on('error', () => client.destroy());
    client.pipe(plain).pipe(client);
  }

  private keep(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
  }

  private hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
