import { connect, type Socket } from 'node:net';

/**
 * Many readers in a process of their own: opens them when it is told how many and where, and says of each mark that it is
 * told when the last of them has read it.
 */
export interface ReaderOrders {
  open?: { port: number; readers: number; apiKey: string };
  mark?: string;
}

export interface ReaderWords {
  ready?: true;
  /** All are there; how many had to ask again. */
  opened?: number;
  set?: string;
  last?: string;
  /** Milliseconds since the epoch. */
  at?: number;
}

const OPENED_AT_ONCE = 200;
const TURNED_AWAY_MS = 500;

const sockets: Socket[] = [];
let mark = '';
let missing = 0;
let turnedAway = 0;

const say = (words: ReaderWords): void => void process.send?.(words);

function openOne(port: number, apiKey: string): Promise<void> {
  return new Promise((done, failed) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('error', failed);
    let isOpen = false;
    socket.on('data', (bytes) => {
      if (isOpen) return hear(bytes);
      isOpen = bytes.includes(' 200 ');
      if (isOpen) {
        sockets.push(socket);
        return done();
      }
      socket.destroy();
      turnedAway += 1;
      setTimeout(() => void openOne(port, apiKey).then(done, failed), TURNED_AWAY_MS);
    });
    socket.write(
      `GET /v1/events HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${apiKey}\r\naccept: text/event-stream\r\n\r\n`,
    );
  });
}

function hear(bytes: Buffer): void {
  if (mark === '' || !bytes.includes(mark)) return;
  missing -= 1;
  if (missing === 0) say({ last: mark, at: performance.timeOrigin + performance.now() });
}

async function openAll({ port, readers, apiKey }: NonNullable<ReaderOrders['open']>): Promise<void> {
  for (let i = 0; i < readers; i += OPENED_AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(OPENED_AT_ONCE, readers - i) }, () => openOne(port, apiKey)),
    );
  say({ opened: turnedAway });
}

process.on('message', (orders: ReaderOrders) => {
  if (orders.open) void openAll(orders.open);
  if (orders.mark === undefined) return;
  mark = orders.mark;
  missing = sockets.length;
  say({ set: mark });
});
say({ ready: true });
