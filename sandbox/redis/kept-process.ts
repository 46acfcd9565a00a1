import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What the keeper is told, once, as its first message. Any later message means: stop. */
export interface KeeperOrders {
  command: string;
  args: string[];
  env: Record<string, string>;
  /** Written to the program's standard input. */
  input: string;
  logFile: string;
  /** Locked while the program runs, and its working directory. */
  directory: string;
  /** How long to wait for a predecessor that is still closing its files. */
  patienceMs: number;
  eraseWhenOrphaned: boolean;
}

export type KeeperNews =
  | { type: 'started'; pid: number }
  | { type: 'refused'; text: string; inUse: boolean }
  | { type: 'ended'; text: string };

/** The data directory is in use: no other way of running Redis would help. */
export class KeeperRefused extends Error {
  override readonly name = 'KeeperRefused';

  constructor(
    message: string,
    readonly inUse: boolean,
  ) {
    super(message);
  }
}

/** A program that does not outlive us, whatever happens to us. See keeper.ts. */
export interface KeptProcess {
  readonly pid: number;
  /** Resolves, with the way it ended, when the program is gone. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

export function keepProcess(orders: KeeperOrders): Promise<KeptProcess> {
  const keeper = fork(fileURLToPath(new URL('./keeper.js', import.meta.url)), {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    let pid = 0;
    const ended = endOf(keeper, () => pid);
    keeper.on('message', (news: KeeperNews) => {
      if (news.type === 'refused') reject(new KeeperRefused(news.text, news.inUse));
      if (news.type !== 'started') return;
      pid = news.pid;
      resolve({
        pid,
        ended,
        stop: async () => {
          if (keeper.connected) keeper.send('stop', () => undefined);
          await ended;
        },
        signal: (signal) => void process.kill(news.pid, signal),
      });
    });
    void ended.then((text) => reject(new Error(`it did not start: ${text}`)));
    keeper.send(orders);
  });
}

/** If the keeper itself is killed, nobody else looks after the program: end it at once. */
function endOf(keeper: ChildProcess, pid: () => number): Promise<string> {
  return new Promise((resolve) => {
    let last: string | null = null;
    keeper.on('message', (news: KeeperNews) => {
      if (news.type !== 'started') last = news.text;
    });
    keeper.once('error', (error) => resolve(error.message));
    keeper.once('close', () => {
      if (last === null && pid() !== 0) killQuietly(pid());
      resolve(last ?? 'its keeper was killed');
    });
  });
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}
