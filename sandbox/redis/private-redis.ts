import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { freePort } from '../ports.js';
import { keepProcess, KeeperRefused, type KeptProcess } from './kept-process.js';
import type { RedisProgram } from './redis-program.js';
import { waitForPing } from './ping.js';

export interface PrivateRedisPlace {
  directory: string;
  logFile: string;
  appendOnly: boolean;
  /** The directory is worth nothing without us. */
  ephemeral: boolean;
}

const PORT_ATTEMPTS = 3;
const LOADING_DEADLINE_MS = 60_000;
const PREDECESSOR_PATIENCE_MS = 3000;

/** One Redis server of our own on loopback, with a password, in a directory that nobody else uses. */
export class PrivateRedis {
  private readonly password = randomBytes(18).toString('base64url');
  private port = 0;
  private process: KeptProcess | null = null;

  private constructor(
    private readonly program: RedisProgram,
    private readonly place: PrivateRedisPlace,
  ) {}

  /** Fails with KeeperRefused (inUse) if somebody else has the directory. */
  static async start(program: RedisProgram, place: PrivateRedisPlace): Promise<PrivateRedis> {
    mkdirSync(place.directory, { recursive: true, mode: 0o700 });
    mkdirSync(dirname(place.logFile), { recursive: true });
    for (let attempt = 1; ; attempt++) {
      const redis = new PrivateRedis(program, place);
      redis.port = await freePort();
      try {
        await redis.launch();
        return redis;
      } catch (error) {
        const inUse = error instanceof KeeperRefused && error.inUse;
        if (inUse || attempt === PORT_ATTEMPTS) throw error; // the port may have been taken meanwhile
      }
    }
  }

  get kind(): RedisProgram['kind'] {
    return this.program.kind;
  }

  get title(): string {
    return this.program.title;
  }

  /** The same over restarts. */
  get url(): string {
    const user = this.program.kind === 'server' ? `:${this.password}@` : '';
    return `redis://${user}127.0.0.1:${this.port}`;
  }

  get directory(): string {
    return this.place.directory;
  }

  get pid(): number {
    return this.running().pid;
  }

  /** Resolves, with how it ended, when the server that runs now is gone. */
  get ended(): Promise<string> {
    return this.running().ended;
  }

  /** In order: everything is on disk. An ephemeral one leaves nothing. */
  async stop(): Promise<void> {
    await this.process?.stop();
    if (this.place.ephemeral) rmSync(this.place.directory, { recursive: true, force: true });
  }

  /** SIGKILL: up to one second of writes may be lost. */
  async kill(): Promise<void> {
    this.running().signal('SIGKILL');
    await this.running().ended;
  }

  /** Hangs with its connections open, as a dead machine does. */
  pause(): void {
    this.running().signal('SIGSTOP');
  }

  resume(): void {
    this.running().signal('SIGCONT');
  }

  /** Stops it if it runs, then starts it on the same port with the same data. */
  async restart(): Promise<void> {
    await this.running().stop();
    await this.launch();
  }

  private running(): KeptProcess {
    if (!this.process) throw new Error('this Redis was never started');
    return this.process;
  }

  private async launch(): Promise<void> {
    const { program, place, port, password } = this;
    const kept = await keepProcess({
      command: program.command,
      env: program.env,
      ...program.invocation({ port, password, directory: place.directory, appendOnly: place.appendOnly }),
      logFile: place.logFile,
      directory: place.directory,
      patienceMs: PREDECESSOR_PATIENCE_MS,
      eraseWhenOrphaned: place.ephemeral,
    });
    this.process = kept;
    const gone = new AbortController();
    void kept.ended.then((how) =>
      gone.abort(new Error(`${program.title} ended before it was ready: ${how}`)),
    );
    try {
      await waitForPing(this.url, { deadlineMs: LOADING_DEADLINE_MS, signal: gone.signal });
    } catch (error) {
      await kept.stop();
      throw new Error(`${(error as Error).message}. Its last words: ${lastWords(place.logFile)}`, {
        cause: error,
      });
    }
  }
}

function lastWords(logFile: string): string {
  return readFileSync(logFile, 'utf8').trim().split('\n').slice(-2).join(' / ');
}
