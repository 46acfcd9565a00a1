import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SeenOperation {
  id: string;
  state: string;
  done: boolean;
  evidence: string | null;
  error: { code: string; detail?: string } | null;
}

/** What one asking came to. */
export interface Promise202 {
  /** Everything that was answered with 202, in order; more than one id for one key would be a fault. */
  ids: string[];
  /** The key that counted last. */
  key: string;
  /** 409 and the like: it was refused for good. */
  refused: string | null;
  /** How long it took until it was promised or refused. */
  tookMs: number;
  /** Every other answer, and how often. */
  others: Map<string, number>;
}

const ANSWERED_WITHIN_MS = 15_000;
const PAUSE_MS = 100;

/** Somebody who uses the gateway while everything burns: asks, is put off, asks again with the same key. */
export class Caller {
  constructor(
    private readonly url: string,
    private readonly apiKey: string,
  ) {}

  /** The status alone; 0 = no answer. */
  async status(path: string): Promise<number> {
    return (await this.send('GET', path).catch(() => ({ status: 0 }))).status;
  }

  async json<T>(path: string): Promise<T> {
    const { status, text } = await this.send('GET', path);
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${text.slice(0, 200)}`);
    return JSON.parse(text) as T;
  }

  /** null = there is no such operation. Asks until there is a clear answer. */
  async operation(id: string): Promise<SeenOperation | null> {
    for (let attempt = 0; ; attempt++) {
      const { status, text } = await this.send('GET', `/v1/operations/${id}`).catch(() => NOTHING);
      if (status === 200) return JSON.parse(text) as SeenOperation;
      if (status === 404) return null;
      if (attempt > 100) throw new Error(`GET of ${id} answers ${status}`);
      await sleep(PAUSE_MS);
    }
  }

  /** Everything that was told of an operation that has ended. */
  async events(id: string): Promise<string> {
    return (await this.send('GET', `/v1/operations/${id}/events`).catch(() => NOTHING)).text;
  }

  /** Asks for a failover until it is promised or refused for good, or the time is over. */
  async failOver(planId: string, withinMs: number, key: string = randomUUID()): Promise<Promise202> {
    const startedAt = performance.now();
    const asked: Promise202 = { ids: [], key, refused: null, tookMs: 0, others: new Map() };
    while (performance.now() - startedAt < withinMs) {
      const answer = await this.failOverOnce(planId, asked.key);
      asked.tookMs = performance.now() - startedAt;
      if (answer.id !== null) {
        asked.ids.push(answer.id);
        return asked;
      }
      const what = `${answer.status} ${answer.code}`.trim();
      asked.others.set(what, (asked.others.get(what) ?? 0) + 1);
      if (answer.code === 'not-durable') asked.key = randomUUID();
      else if (answer.status >= 400 && answer.status < 500) {
        asked.refused = what;
        return asked;
      }
      await sleep(PAUSE_MS);
    }
    return asked;
  }

  async failOverOnce(
    planId: string,
    key: string,
  ): Promise<{ status: number; code: string; id: string | null }> {
    const path = `/v1/recovery-plans/${planId}/actions/failover`;
    const { status, text } = await this.send('POST', path, key).catch(() => NOTHING);
    if (status === 202) return { status, code: '', id: (JSON.parse(text) as SeenOperation).id };
    return { status, code: codeOf(text), id: null };
  }

  private async send(method: string, path: string, key?: string): Promise<{ status: number; text: string }> {
    const posted = { 'content-type': 'application/json', 'idempotency-key': key ?? '' };
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.apiKey}`, ...(method === 'POST' ? posted : {}) },
      ...(method === 'POST' ? { body: JSON.stringify({ direction: 'TO_RECOVERY' }) } : {}),
      signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
    });
    return { status: response.status, text: await response.text() };
  }
}

const NOTHING = { status: 0, text: '' };

function codeOf(text: string): string {
  try {
    return String((JSON.parse(text) as { code?: string }).code ?? '');
  } catch {
    return '';
  }
}
