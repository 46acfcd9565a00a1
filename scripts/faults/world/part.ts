import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';

export interface PartOrders {
  name: string;
  script: string;
  env: Record<string, string>;
  cwd: string;
  logFile: string;
  /** How far it stands back behind others, 0 to 19; by default 0. */
  nice?: number;
  /** Options of Node itself, such as a module that is loaded first. */
  execArgv?: readonly string[];
}

const READY_WITHIN_MS = 60_000;

/** Everything that runs: a frozen one does not notice that we are gone. */
const running = new Set<ChildProcess>();

/** SIGKILL to every process that was begun here and still is. */
export function endAllParts(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** One process of a world. It is killed, frozen and thawed from outside, as by an operator or an accident. */
export class Part {
  /** performance.now() of its end; null while it runs. */
  endedAt: number | null = null;
  private readonly listeners = new Set<(line: string) => void>();
  private readonly log: WriteStream;
  private readonly gone: Promise<void>;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
    logFile: string,
  ) {
    this.log = createWriteStream(logFile, { flags: 'a' });
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.log.write(`${line}\n`);
        for (const listener of this.listeners) listener(line);
      });
    }
    running.add(child);
    this.gone = new Promise((resolve) => {
      child.once('exit', () => {
        this.endedAt = performance.now();
        running.delete(child);
        resolve();
      });
    });
  }

  static begin({ name, script, env, cwd, logFile, nice = 0, execArgv = [] }: PartOrders): Part {
    const { PATH = '', HOME = '' } = process.env;
    const child = fork(script, {
      execArgv: [...execArgv],
      cwd,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    if (nice > 0 && child.pid) setPriority(child.pid, nice);
    return new Part(name, child, logFile);
  }

  /** Begins it, and resolves when it says that it is ready. */
  static async start(orders: PartOrders): Promise<Part> {
    const part = Part.begin(orders);
    await part.ready();
    return part;
  }

  async ready(): Promise<void> {
    const timer = new AbortController();
    const { signal } = timer;
    const late = new Promise<string>((resolve) => {
      const handle = setTimeout(() => resolve('was not ready in time'), READY_WITHIN_MS);
      signal.addEventListener('abort', () => clearTimeout(handle));
    });
    const how = await Promise.race([
      once(this.child, 'message', { signal }).then(() => 'ready'),
      this.gone.then(() => `ended (${this.child.signalCode ?? String(this.child.exitCode)})`),
      late,
    ]);
    timer.abort();
    if (how === 'ready') return;
    await this.kill();
    throw new Error(`${this.name} ${how}`);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get alive(): boolean {
    return this.endedAt === null;
  }

  get exitCode(): number | null {
    return this.child.exitCode;
  }

  /** What it prints, line by line; the answer takes the listener away again. */
  onLine(listener: (line: string) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** A message to a module that was loaded first. */
  tell(message: object): void {
    if (this.child.connected) this.child.send(message);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.gone;
  }

  /** SIGTERM; by force after the limit. The exit code, null = by force. */
  async stop(limitMs = 45_000): Promise<number | null> {
    this.child.kill('SIGTERM');
    const force = setTimeout(() => this.child.kill('SIGKILL'), limitMs);
    await this.gone;
    clearTimeout(force);
    return this.child.exitCode;
  }

  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** Resolves when it is gone. */
  get end(): Promise<void> {
    return this.gone;
  }
}
