/** One request as it arrived, and what was answered. Credentials are never kept. */
export interface JournalEntry {
  seq: number;
  at: string;
  method: string;
  path: string;
  query: Record<string, unknown>;
  headers: Record<string, string>;
  body: unknown;
  status: number | null;
  fault: string | null;
}

/** One thing the simulated service really did: the judge of "never twice". */
export interface Execution {
  seq: number;
  at: string;
  action: string;
  targetId: string;
  jobId: string | null;
  /** Only on what somebody did at the vendor's console. */
  by?: 'console';
}

const SECRET_HEADERS = new Set([
  'authorization',
  'x-auth-token',
  'x-subject-token',
  'x-dr-session',
  'cookie',
]);
const KEPT = 5000;

export class Journal {
  private entries: JournalEntry[] = [];
  private executed: Execution[] = [];
  private seq = 0;

  open(request: {
    at: number;
    method: string;
    path: string;
    query: Record<string, unknown>;
    headers: Record<string, string | string[] | undefined>;
  }): JournalEntry {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) {
      headers[name] = SECRET_HEADERS.has(name) ? '[secret]' : String(value);
    }
    const entry: JournalEntry = {
      seq: ++this.seq,
      at: new Date(request.at).toISOString(),
      method: request.method,
      path: request.path,
      query: request.query,
      headers,
      body: undefined,
      status: null,
      fault: null,
    };
    this.entries.push(entry);
    if (this.entries.length > KEPT) this.entries.shift();
    return entry;
  }

  execute(at: number, done: Omit<Execution, 'seq' | 'at'>): void {
    this.executed.push({ seq: this.executed.length + 1, at: new Date(at).toISOString(), ...done });
  }

  requests(filter: { method?: string; path?: string; after?: number } = {}): JournalEntry[] {
    const path = filter.path ? new RegExp(filter.path) : null;
    return this.entries.filter(
      (e) =>
        e.seq > (filter.after ?? 0) &&
        (!filter.method || e.method === filter.method.toUpperCase()) &&
        (!path || path.test(e.path)),
    );
  }

  executions(): readonly Execution[] {
    return this.executed;
  }

  restoreExecutions(executions: Execution[]): void {
    this.executed = executions;
  }

  /** Forgets; the numbers of what comes later go on, so that `after` stays true. */
  clear(): void {
    this.entries = [];
    this.executed = [];
  }

  restart(): void {
    this.clear();
    this.seq = 0;
  }
}
