import type { Redis } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import { isUnknownScript, type RedisScript } from './script.js';
import { isRedisTrouble } from './trouble.js';

export interface DurableAnswer {
  answer: unknown;
  /** Enough replicas have all that was written until now. */
  safe: boolean;
}

export interface DurableWrite {
  script: RedisScript;
  keys: readonly string[];
  args: readonly (string | number)[];
  /** A key beside the others, of the same hash tag: written after the script. */
  mark: string;
}

export interface DurableSettings {
  /** How many must have it; 0 = nobody is asked. */
  replicas: number;
  /** How long they have for it. */
  waitMs: number;
  /** How many scripts may be on their way at once. */
  connections: number;
  /** How long a script waits for a connection before it gives up. */
  patienceMs: number;
}

const USUAL: Omit<DurableSettings, 'replicas'> = { waitMs: 500, connections: 8, patienceMs: 3_000 };

/**
 * Runs scripts whose writes must outlive the server. WAIT speaks only for the connection that it is asked on, and
 * says nothing once that connection was lost: so each script has one for itself meanwhile, is sent together with
 * its WAIT, and is sent anew, both of them, if the connection breaks in between. Scripts must be idempotent.
 */
export class DurableWrites {
  private readonly settings: DurableSettings;
  private readonly connections: Redis[] = [];
  private readonly idle: Redis[] = [];
  private readonly waiting: ((connection: Redis) => void)[] = [];

  /** @param connect makes one more connection that neither queues nor repeats anything by itself */
  constructor(
    private readonly ordinary: Redis,
    settings: Pick<DurableSettings, 'replicas'> & Partial<DurableSettings>,
    private readonly connect: (like: Redis) => Redis = plainConnection,
  ) {
    this.settings = { ...USUAL, ...settings };
  }

  /**
   * @param isUrgent it goes before those that are not. What is not urgent and finds no connection in time is run on the
   * ordinary one, and is not safe; what is urgent fails then.
   */
  async run(write: DurableWrite, isUrgent = true): Promise<DurableAnswer> {
    if (this.settings.replicas === 0) return this.runOrdinarily(write);
    const connection = await this.take(isUrgent);
    if (!connection) return { ...(await this.runOrdinarily(write)), safe: false };
    try {
      await ready(connection, this.settings.patienceMs);
      return await this.sendUntilAnswered(connection, write);
    } finally {
      this.give(connection);
    }
  }

  /** For what nobody has to wait for. */
  async runOrdinarily({ script, keys, args }: Omit<DurableWrite, 'mark'>): Promise<DurableAnswer> {
    return { answer: await script.run(this.ordinary, keys, args), safe: true };
  }

  close(): void {
    for (const connection of this.connections) connection.disconnect();
  }

  private async sendUntilAnswered(connection: Redis, write: DurableWrite): Promise<DurableAnswer> {
    let first: DurableAnswer | null = null;
    try {
      first = await this.send(connection, write);
      if (first.safe || connection.status === 'ready') return first;
    } catch (error) {
      if (connection.status === 'ready' || !isRedisTrouble(error)) throw error;
    }
    try {
      await ready(connection, this.settings.patienceMs);
      return await this.send(connection, write);
    } catch (error) {
      if (first) return { ...first, safe: false };
      throw error;
    }
  }

  private async send(connection: Redis, write: DurableWrite, withText = false): Promise<DurableAnswer> {
    const { script, keys, args, mark } = write;
    const pipeline = script.queue(connection.pipeline(), keys, args, withText);
    // A script that was sent before writes nothing now, and WAIT would wait for nothing: the mark comes after both.
    pipeline.set(mark, performance.now());
    pipeline.call('WAIT', this.settings.replicas, this.settings.waitMs);
    const [ran, marked, waited] = (await pipeline.exec()) ?? [];
    if (isUnknownScript(ran?.[0]) && !withText) return this.send(connection, write, true);
    if (ran?.[0]) throw ran[0];
    const safe = !marked?.[0] && !waited?.[0] && Number(waited?.[1]) >= this.settings.replicas;
    return { answer: ran?.[1], safe };
  }

  /** null = it is not urgent, and its time is over. */
  private take(isUrgent: boolean): Promise<Redis | null> {
    const idle = this.idle.pop();
    if (idle) return Promise.resolve(idle);
    if (this.connections.length < this.settings.connections) {
      const connection = this.connect(this.ordinary);
      this.connections.push(connection);
      return Promise.resolve(connection);
    }
    return new Promise((resolve, reject) => {
      const turn = (connection: Redis): void => {
        clearTimeout(timer);
        resolve(connection);
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(turn), 1);
        if (!isUrgent) resolve(null);
        reject(new Error('Command timed out: every connection for durable writes waits for the replicas'));
      }, this.settings.patienceMs);
      if (isUrgent) this.waiting.unshift(turn);
      else this.waiting.push(turn);
    });
  }

  private give(connection: Redis): void {
    const next = this.waiting.shift();
    if (next) next(connection);
    else this.idle.push(connection);
  }
}

/** One more like another, that neither queues nor repeats anything by itself. */
export function plainConnection(like: Redis): Redis {
  const connection = like.duplicate({
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  });
  // The ordinary connection tells of the same trouble.
  connection.on('error', () => undefined);
  return connection;
}

async function ready(connection: Redis, limitMs: number): Promise<void> {
  if (connection.status === 'ready') return;
  if (connection.status === 'wait' || connection.status === 'end') {
    connection.connect().catch(() => undefined);
  }
  const limit = new AbortController();
  let told: () => void = () => undefined;
  const isReady = new Promise<boolean>((resolve) => {
    told = () => resolve(true);
    connection.once('ready', told);
  });
  const isLate = pause(limitMs, false, { signal: limit.signal }).catch(() => false);
  try {
    if (await Promise.race([isReady, isLate])) return;
    throw new Error('Connection is closed: there is none for durable writes');
  } finally {
    limit.abort();
    connection.off('ready', told);
  }
}
