import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../../sandbox/ports.js';
import { keepProcess, type KeptProcess } from '../../../sandbox/redis/kept-process.js';
import { waitForPing } from '../../../sandbox/redis/ping.js';
import type { RedisProgram } from '../../../sandbox/redis/redis-program.js';
import { debianPackage, onThePath } from '../../../sandbox/redis/ways.js';

/** Lines of redis.conf: name → value. */
export type RedisSettings = Readonly<Record<string, string>>;

export interface RedisNodeOptions {
  /** Beyond the usual ones, or instead of them. */
  settings?: RedisSettings;
  /** By default one of its own. */
  password?: string;
}

const LOADING_DEADLINE_MS = 30_000;

/** What a careful deployment sets; nothing is written to disk that the test did not ask for. */
const USUAL: RedisSettings = {
  bind: '127.0.0.1',
  'protected-mode': 'yes',
  save: '""',
  appendonly: 'yes',
  appendfsync: 'everysec',
  'maxmemory-policy': 'noeviction',
  hz: '100',
  'repl-diskless-sync-delay': '0',
  'repl-ping-replica-period': '1',
};

/** TLS at a port of its own, beside the usual one, with a certificate that vouches for itself. */
export function tlsSettings(port: number, { cert, key }: { cert: string; key: string }): RedisSettings {
  return {
    'tls-port': String(port),
    'tls-cert-file': `"${cert}"`,
    'tls-key-file': `"${key}"`,
    'tls-ca-cert-file': `"${cert}"`,
    'tls-auth-clients': 'no',
    'tls-replication': 'yes',
  };
}

let program: Promise<RedisProgram> | undefined;

/** A real server: what imitates one loses nothing in the way that is to be looked at. */
export function realRedis(): Promise<RedisProgram> {
  program ??= onThePath.find(() => undefined).catch(() => debianPackage.find(() => undefined));
  return program;
}

/**
 * One real redis-server (or Sentinel) as a process of its own on loopback, that can be killed, frozen and started again
 * at the same port with the same data. It does not outlive this process.
 */
export class RedisNode {
  private process: KeptProcess | null = null;

  private constructor(
    private readonly program: RedisProgram,
    readonly port: number,
    readonly directory: string,
    readonly password: string,
    private readonly settings: RedisSettings,
    private readonly kind: 'server' | 'sentinel',
  ) {}

  static async start({ settings = {}, password }: RedisNodeOptions = {}): Promise<RedisNode> {
    const secret = password ?? randomBytes(9).toString('base64url');
    const [found, port] = [await realRedis(), await freePort()];
    const all = { ...USUAL, requirepass: secret, masterauth: secret, ...settings };
    return new RedisNode(found, port, newDirectory(), secret, all, 'server').begun();
  }

  /** Its settings are kept in a file, which Sentinel itself rewrites. */
  static async startSentinel(lines: readonly string[]): Promise<RedisNode> {
    const [found, port] = [await realRedis(), await freePort()];
    const node = new RedisNode(found, port, newDirectory(), '', {}, 'sentinel');
    const own = ['bind 127.0.0.1', 'protected-mode no', `port ${port}`, `dir "${node.directory}"`];
    writeFileSync(node.configurationFile, [...own, ...lines, ''].join('\n'));
    return node.begun();
  }

  /** All of them, or none that goes on running. */
  static async together(starts: readonly Promise<RedisNode>[]): Promise<RedisNode[]> {
    const results = await Promise.allSettled(starts);
    const nodes = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = results.find((result) => result.status === 'rejected');
    if (!failed) return nodes;
    await Promise.all(nodes.map((node) => node.stop()));
    throw failed.reason;
  }

  get title(): string {
    return this.program.title;
  }

  get url(): string {
    return `redis://${this.password === '' ? '' : `:${this.password}@`}127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.running().pid;
  }

  get log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** SIGKILL: what was not yet written to its files is gone. */
  async kill(): Promise<void> {
    this.running().signal('SIGKILL');
    await this.running().ended;
  }

  /** Hangs with its connections open, as a machine does that was stopped. */
  freeze(): void {
    this.running().signal('SIGSTOP');
  }

  thaw(): void {
    this.running().signal('SIGCONT');
  }

  /** Starts it again after its end: the same port and data. `more` is for this life only. */
  async begin(more: RedisSettings = {}): Promise<void> {
    const settings: RedisSettings = {
      ...this.settings,
      ...more,
      port: String(this.port),
      dir: `"${this.directory}"`,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
    const asSentinel = { args: [this.configurationFile, '--sentinel'], input: '' };
    const asServer = { args: ['-'], input: [...lines, ''].join('\n') };
    mkdirSync(this.directory, { recursive: true });
    const kept = await keepProcess({
      command: this.program.command,
      env: this.program.env,
      ...(this.kind === 'sentinel' ? asSentinel : asServer),
      logFile: this.logFile,
      directory: this.directory,
      patienceMs: 3_000,
      eraseWhenOrphaned: true,
    });
    this.process = kept;
    const gone = new AbortController();
    void kept.ended.then((how) =>
      gone.abort(new Error(`${this.title} ended: ${how}. ${this.log.slice(-300)}`)),
    );
    await waitForPing(this.url, { deadlineMs: LOADING_DEADLINE_MS, signal: gone.signal });
  }

  /** In order: everything is on the disk. */
  async shutDown(): Promise<void> {
    await this.process?.stop();
  }

  /** Ends it and leaves nothing. */
  async stop(): Promise<void> {
    await this.process?.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** A connection for one purpose; nothing is asked twice on it. */
  async use<T>(use: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.url, { maxRetriesPerRequest: 0, commandTimeout: 5_000, lazyConnect: true });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await use(redis);
    } finally {
      redis.disconnect();
    }
  }

  /** The fields of one part of INFO. */
  info(section: string): Promise<Map<string, string>> {
    return this.use(async (redis) => {
      const lines = (await redis.info(section)).split('\r\n').filter((line) => line.includes(':'));
      return new Map(
        lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
      );
    });
  }

  /** For the first time; what does not come up leaves nothing. */
  private async begun(): Promise<this> {
    try {
      await this.begin();
      return this;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  private get logFile(): string {
    return join(this.directory, 'redis.log');
  }

  private get configurationFile(): string {
    return join(this.directory, 'sentinel.conf');
  }

  private running(): KeptProcess {
    if (!this.process) throw new Error('it was never started');
    return this.process;
  }
}

function newDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'dr-gateway-node-'));
}
