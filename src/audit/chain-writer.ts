import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { isoTime, type Clock } from '../platform/clock.js';
import type { Content, Head } from './audit-entry.js';
import { chainFileName } from './audit-files.js';
import type { AuditKeys } from './audit-keys.js';
import { sealed } from './audit-line.js';
import { ChainFile } from './chain-file.js';
import { headsIn } from './chain-heads.js';

/** A file is closed when it has this size, or when a day (UTC) has ended. */
const FULL_BYTES = 8 * 1024 * 1024;
/** A disk that does not answer at all. */
const APPEND_LIMIT_MS = 5_000;

interface Waiting {
  content: Content;
  resolve: () => void;
  reject: (error: Error) => void;
  over: boolean;
}

interface Chain {
  file: ChainFile;
  fileNumber: number;
  day: string;
  /** The last entry that is synced; null before the first. */
  head: Head | null;
  writer: string;
}

/**
 * Adds entries to a chain of one process's own. Whatever waits while the disk is busy is synced together. After a failure
 * the chain is left as it is, never added to again, and the next entry begins another.
 */
export class ChainWriter {
  private waiting: Waiting[] = [];
  private writing: Promise<void> | null = null;
  private chain: Chain | null = null;

  constructor(
    private readonly folder: string,
    private readonly keys: AuditKeys,
    private readonly clock: Clock,
    private readonly onSync: (seconds: number) => void = () => undefined,
  ) {}

  /** How far the chain is on the disk; null = there is none yet. */
  get head(): Head | null {
    return this.chain?.head ?? null;
  }

  /** Begins a chain, unless there is one. */
  async begin(): Promise<void> {
    while (this.writing) await this.writing;
    this.writing = (this.chain ? Promise.resolve() : this.write([])).finally(() => this.next());
    await this.writing;
  }

  add(content: Content): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        entry.over = true;
        end();
      };
      const entry: Waiting = {
        content,
        over: false,
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error)),
      };
      const timer = setTimeout(() => entry.reject(new Error('the disk does not answer')), APPEND_LIMIT_MS);
      this.waiting.push(entry);
      if (!this.writing) this.next();
    });
  }

  /** In order: the chain ends with a word. Answers its end. */
  async close(): Promise<Head | null> {
    while (this.writing) await this.writing;
    if (this.chain) await this.add({ kind: 'CLOSED' });
    const { chain } = this;
    this.chain = null;
    await chain?.file.close();
    return chain?.head ?? null;
  }

  private next(): void {
    this.writing = this.waiting.length === 0 ? null : this.writeWaiting().finally(() => this.next());
  }

  private async writeWaiting(): Promise<void> {
    const batch = this.waiting.filter(({ over }) => !over);
    this.waiting = [];
    if (batch.length === 0) return;
    try {
      await this.write(batch.map(({ content }) => content));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error as Error);
    }
  }

  private async write(contents: readonly Content[]): Promise<void> {
    try {
      await this.writeTo(await this.chainFor(this.clock.now()), contents);
    } catch (error) {
      const { chain } = this;
      this.chain = null;
      await chain?.file.abandon();
      throw error;
    }
  }

  private async writeTo(chain: Chain, contents: readonly Content[]): Promise<void> {
    const opening: Content[] = chain.head
      ? []
      : [{ kind: 'OPENED', keyId: this.keys.id, heads: await headsIn(this.folder, this.keys) }];
    const { text, head } = this.linked(chain, [...opening, ...contents], this.clock.now());
    const beganMs = this.clock.monotonic();
    await chain.file.add(text);
    this.onSync((this.clock.monotonic() - beganMs) / 1000);
    chain.head = head;
  }

  /** The lines, and where the chain is after them. */
  private linked(chain: Chain, contents: readonly Content[], nowMs: number) {
    const { writer } = chain;
    const [key] = this.keys.ofChain(writer);
    if (!key) throw new Error('there is no key');
    const durable = chain.head?.sequence ?? 0;
    let head = chain.head;
    let text = '';
    for (const content of contents) {
      const sequence = (head?.sequence ?? 0) + 1;
      const now = isoTime(nowMs);
      const time = head && head.time > now ? head.time : now;
      const link = { writer, sequence, time, durable, previous: head?.mac ?? '' };
      const { line, mac } = sealed({ ...link, ...content }, key);
      text += `${line}\n`;
      head = { writer, sequence, mac, time };
    }
    return { text, head };
  }

  private async chainFor(nowMs: number): Promise<Chain> {
    const day = isoTime(nowMs).slice(0, 10);
    const { chain } = this;
    if (chain && chain.file.bytes <= FULL_BYTES && chain.day === day) return chain;
    const writer = chain?.writer ?? uuidv7();
    const fileNumber = (chain?.fileNumber ?? 0) + 1;
    const file = await ChainFile.create(join(this.folder, chainFileName(writer, fileNumber)));
    await chain?.file.close().catch(() => undefined);
    this.chain = { file, fileNumber, day, head: chain?.head ?? null, writer };
    return this.chain;
  }
}
