import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { backOffMs } from './back-off.js';

export interface ServiceOrders {
  name: string;
  script: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** Beyond the child's own word: asked again and again until it is true. */
  isReady?: () => Promise<boolean>;
}

const READY_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 10_000;

/**
 * One of our processes: started, watched, started again when it dies. It is in a process group of its
 * own, where Ctrl-C does not reach it, and ends by itself when its channel to us closes.
 */
export class Service {
  private child: ChildProcess | null = null;
  private startedAt = 0;
  private failures = 0;
  private leaving = false;

  constructor(
    private readonly orders: ServiceOrders,
    private readonly announce: (text: string) => void,
  ) {}

  /** Resolves when it is ready; fails, with its last words, if it ends before. */
  async start(): Promise<void> {
    const { name } = this.orders;
    const child = this.launch();
    const ended = endOf(child);
    const stillTrying = new AbortController();
    try {
      const how = await Promise.race([
        this.readiness(child, stillTrying.signal),
        ended,
        sleep(READY_DEADLINE_MS, `was not ready within ${READY_DEADLINE_MS / 1000} s`, {
          signal: stillTrying.signal,
        }),
      ]);
      if (how !== 'ready') throw new Error(`${name} ${how}\n${this.lastLines()}`);
    } catch (error) {
      this.kill();
      throw error;
    } finally {
      stillTrying.abort();
    }
    void ended.then((how) => this.onEnd(how));
  }

  /** In order, or by force after the deadline. */
  async stop(): Promise<void> {
    this.leaving = true;
    const child = this.child;
    if (!child || hasEnded(child)) return;
    if (process.platform === 'win32') child.disconnect();
    else child.kill('SIGTERM');
    const force = setTimeout(() => this.kill(), STOP_DEADLINE_MS);
    await endOf(child);
    clearTimeout(force);
  }

  killNow(): void {
    this.leaving = true;
    this.kill();
  }

  private kill(): void {
    const pid = this.child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    } catch {
      // gone already
    }
  }

  private launch(): ChildProcess {
    const log = openSync(this.orders.logFile, 'a');
    const child = fork(this.orders.script, {
      detached: true,
      execArgv: [],
      env: this.orders.env,
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.child = child;
    this.startedAt = performance.now();
    return child;
  }

  private async readiness(child: ChildProcess, signal: AbortSignal): Promise<'ready'> {
    await new Promise<void>((resolve) => {
      child.on('message', (message) => {
        if (typeof message === 'object' && 'ready' in message) resolve();
      });
    });
    while (!signal.aborted && this.orders.isReady && !(await this.orders.isReady())) await sleep(50);
    return 'ready';
  }

  private onEnd(how: string): void {
    if (this.leaving) return;
    if (performance.now() - this.startedAt > READY_DEADLINE_MS) this.failures = 0;
    this.startAgain(`${this.orders.name} ${how}\n${this.lastLines()}`);
  }

  private startAgain(report: string): void {
    const pause = backOffMs(++this.failures);
    this.announce(`${report}\n      starting it again in ${pause / 1000} s`);
    setTimeout(() => {
      if (this.leaving) return;
      this.start().then(
        () => this.announce(`${this.orders.name} is back`),
        (error: Error) => this.leaving || this.startAgain(error.message),
      );
    }, pause);
  }

  private lastLines(): string {
    const lines = readFileSync(this.orders.logFile, 'utf8').trimEnd().split('\n').slice(-12);
    return [...lines.map((line) => `      | ${line}`), `      | (${this.orders.logFile})`].join('\n');
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    const tell = () => resolve(`ended (${child.signalCode ?? `exit code ${child.exitCode}`})`);
    if (hasEnded(child)) tell();
    child.once('exit', tell);
    child.once('error', (error) => resolve(`could not be started (${error.message})`));
  });
}
