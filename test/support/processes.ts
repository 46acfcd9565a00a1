import { fork, type ChildProcess } from 'node:child_process';
import { keepForCanary } from './canary.js';

const READY_DEADLINE_MS = 60_000;
const LINES_KEPT = 200;

export interface ProcessOrders {
  name: string;
  script: string;
  args?: readonly string[];
  env: Record<string, string>;
}

/** One Node process of its own, with what it printed. It ends by itself should this one be gone. */
export class Subprocess {
  private readonly lines: string[] = [];
  private readonly ended: Promise<number | null>;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.keep(text));
    }
    this.ended = new Promise((resolve) => {
      child.once('close', (code) => resolve(code));
      child.once('error', () => resolve(null));
    });
  }

  /** Begins; says nothing about readiness. */
  static begin({ name, script, args = [], env }: ProcessOrders): Subprocess {
    const { PATH = '', HOME = '' } = process.env;
    const child = fork(script, args, {
      execArgv: [],
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    return new Subprocess(name, child);
  }

  /** Begins, and resolves when it says that it is ready. */
  static async start(orders: ProcessOrders): Promise<Subprocess> {
    const started = Subprocess.begin(orders);
    let timer: NodeJS.Timeout | undefined;
    const how = await Promise.race([
      new Promise<string>((resolve) => started.child.once('message', () => resolve('ready'))),
      started.ended.then((code) => `ended with code ${code}`),
      new Promise<string>((resolve) => {
        timer = setTimeout(() => resolve(`was not ready within ${READY_DEADLINE_MS} ms`), READY_DEADLINE_MS);
      }),
    ]);
    clearTimeout(timer);
    if (how !== 'ready') {
      await started.kill();
      throw new Error(`${orders.name} ${how}:\n${started.log}`);
    }
    return started;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get log(): string {
    return this.lines.join('\n');
  }

  /** Asked to end, and its exit code; null = it had to be killed. */
  async stop(deadlineMs = 20_000, signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    const force = setTimeout(() => this.child.kill('SIGKILL'), deadlineMs);
    const code = await this.ended;
    clearTimeout(force);
    return code;
  }

  /** SIGKILL: what a crash is like. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** The exit code of a process that is to end by itself. */
  async end(): Promise<number | null> {
    const force = setTimeout(() => this.child.kill('SIGKILL'), READY_DEADLINE_MS);
    const code = await this.ended;
    clearTimeout(force);
    return code;
  }

  private keep(text: string): void {
    if (!this.name.includes('simulator')) keepForCanary(`log-${this.name}`, text);
    this.lines.push(...text.trimEnd().split('\n'));
    this.lines.splice(0, this.lines.length - LINES_KEPT);
  }
}
