import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';

/**
 * Places for requests that are being answered. A place is given back with the answer, or with the connection: an answer that
 * waits behind another one of its connection never closes by itself.
 */
export class Places<Lane extends string> {
  private readonly taken = new Map<Lane, number>();
  private readonly bySocket = new WeakMap<Socket, Set<() => void>>();

  takenIn(lane: Lane): number {
    return this.taken.get(lane) ?? 0;
  }

  take(lane: Lane, { request, raw }: FastifyReply): void {
    this.taken.set(lane, this.takenIn(lane) + 1);
    const held = this.heldBy(request.raw.socket);
    const giveBack = (): void => {
      if (!held.delete(giveBack)) return;
      this.taken.set(lane, this.takenIn(lane) - 1);
    };
    held.add(giveBack);
    raw.once('close', giveBack);
  }

  /** One listener for each connection, however many requests come over it. */
  private heldBy(socket: Socket): Set<() => void> {
    const known = this.bySocket.get(socket);
    if (known) return known;
    const held = new Set<() => void>();
    this.bySocket.set(socket, held);
    socket.once('close', () => {
      for (const giveBack of [...held]) giveBack();
    });
    return held;
  }
}
