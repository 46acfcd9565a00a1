import { randomUUID } from 'node:crypto';

/** As much of an operation as is looked at here. */
export interface SeenOperation {
  id: string;
  siteId: string;
  state: string;
  done: boolean;
  outcome: string | null;
  action: string;
  origin: string;
  target: { id: string | null; name: string };
  upstream: { jobs: { id: string }[] };
  evidence: string | null;
  error: { code: string; detail?: string } | null;
  createdTime: string;
  endedTime: string | null;
}

export interface SeenPlan {
  id: string;
  name: string;
  siteId: string;
  state: string;
}

export interface Answer {
  /** 0 = there was none. */
  status: number;
  body: unknown;
}

const PATIENCE_MS = 15_000;

/** One API process, as its users see it. What breaks is an answer with the status 0. */
export class Gateway {
  constructor(
    readonly url: string,
    readonly apiKey: string,
  ) {}

  /** Another process, with the same key. */
  at(url: string): Gateway {
    return new Gateway(url, this.apiKey);
  }

  async ask(method: string, path: string, body?: object, key: string = randomUUID()): Promise<Answer> {
    try {
      const response = await fetch(this.url + path, {
        method,
        headers: {
          authorization: `Bearer ${this.apiKey}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...(method === 'GET' ? {} : { 'idempotency-key': key }),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
      return { status: response.status, body: isJson && !path.includes('/export') ? JSON.parse(text) : text };
    } catch (error) {
      return { status: 0, body: String(error) };
    }
  }

  act(planId: string, action: string, body: object, key?: string): Promise<Answer> {
    return this.ask('POST', `/v1/recovery-plans/${planId}/actions/${action}`, body, key);
  }

  async read<T>(path: string): Promise<T> {
    const { status, body } = await this.ask('GET', path);
    if (status !== 200)
      throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body).slice(0, 300)}`);
    return body as T;
  }

  operation(id: string): Promise<SeenOperation> {
    return this.read(`/v1/operations/${id}`);
  }

  /** Every operation that there is. */
  async operations(): Promise<SeenOperation[]> {
    const lines = await this.read<string>('/v1/operations/export?format=ndjson');
    return lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as SeenOperation);
  }

  async plans(siteId: string): Promise<SeenPlan[]> {
    const found: SeenPlan[] = [];
    let more: string | null | undefined;
    do {
      const from = more ? `&pageToken=${encodeURIComponent(more)}` : '';
      const page = await this.read<{ items: SeenPlan[]; nextPageToken?: string | null }>(
        `/v1/recovery-plans?siteId=${siteId}&pageSize=200${from}`,
      );
      found.push(...page.items);
      more = page.nextPageToken;
    } while (more);
    return found;
  }
}
