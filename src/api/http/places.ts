import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';

/**
 * Places for requests that are being answered. A place is given back with the answer, or with the connection: an answer that
 * waits behind another one of its connection never closes by itself.
 */
export class Places<Lane extends string> {
  private readonly taken = new Map<Lane, number>();
  private readonly bySocket = new WeakMap<Socket, Set<() => void>>();

  constructor(private readonly most: Readonly<Record<Lane, number>>) {}

  takenIn(lane: Lane): number {
    return this.taken.get(lane) ?? 0;
  }

  isFull(lane: Lane): boolean {
    return this.takenIn(lane) >= this.most[lane];
  }

  /** @param onEnd called when the place is given back */
  take(lane: Lane, { request, raw }: FastifyReply, onEnd: () => void = () => undefined): void {
    this.taken.set(lane, this.takenIn(lane) + 1);
    const held = this.heldBy(request.raw.socket);
    const giveBack = (): void => {
      if (!held.delete(giveBack)) return;
      this.taken.set(lane, this.takenIn(lane) - 1);
      onEnd();
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
