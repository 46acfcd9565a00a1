import { randomUUID } from 'node:crypto';

export interface SeenOperation {
  id: string;
  siteId: string;
  state: string;
  done: boolean;
  outcome: string | null;
  target: { id: string | null; name: string };
  endedTime: string | null;
  error: { code: string; detail?: string } | null;
}

export interface SeenSource {
  siteId: string;
  state: string;
  ageSeconds: number | null;
  error: { code: string } | null;
}

export interface SeenPlan {
  id: string;
  name: string;
  siteId: string;
  state: string;
}

interface Page<Item> {
  items: Item[];
  sources?: SeenSource[];
  nextPageToken?: string | null;
}

/** The gateway as a frontend uses it. */
export class GatewayClient {
  constructor(
    private readonly url: string,
    private readonly apiKey: string,
  ) {}

  /** The text of an answer, and how long it took to arrive in full. */
  async timed(path: string): Promise<{ status: number; ms: number; text: string }> {
    const startedAt = performance.now();
    const response = await fetch(this.url + path, { headers: this.headers() });
    const text = await response.text();
    return { status: response.status, ms: performance.now() - startedAt, text };
  }

  async read<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
    const response = await fetch(this.url + path, { headers: { ...this.headers(), ...headers } });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`GET ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** Every page of a list, whatever its size. */
  async all<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    let token: string | null | undefined;
    do {
      const page: Page<Item> = await this.read(token ? `${path}&pageToken=${token}` : path);
      items.push(...page.items);
      token = page.nextPageToken;
    } while (token);
    return items;
  }

  async sources(headers: Record<string, string> = {}): Promise<SeenSource[]> {
    return (await this.read<Page<unknown>>('/v1/protection-groups?pageSize=1', headers)).sources ?? [];
  }

  operation(id: string): Promise<SeenOperation> {
    return this.read(`/v1/operations/${id}`);
  }

  /** Asks for a failover; the id of the operation, or what the gateway said instead. */
  async failOver(planId: string): Promise<{ id: string } | { refused: string }> {
    const response = await fetch(`${this.url}/v1/recovery-plans/${planId}/actions/failover`, {
      method: 'POST',
      headers: { ...this.headers(), 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify({ direction: 'TO_RECOVERY' }),
    });
    const text = await response.text();
    if (response.status !== 202) return { refused: `${response.status}: ${text.slice(0, 300)}` };
    return { id: (JSON.parse(text) as SeenOperation).id };
  }

  private headers(): Record<string, string> {
    return { authorization: `Bearer ${this.apiKey}` };
  }
}
