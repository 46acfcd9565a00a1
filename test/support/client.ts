import { randomUUID } from 'node:crypto';
import type { HealthDto } from '../../src/api/dto/health.dto.js';
import type { ProtectionGroupDto, RecoveryPlanDto } from '../../src/api/dto/inventory.dto.js';
import type { OperationDto } from '../../src/api/dto/operation.dto.js';
import type { ProblemDto } from '../../src/api/dto/problem.dto.js';
import { keepAnswer } from './canary.js';
import { eventually } from './eventually.js';

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface Asking {
  headers?: Record<string, string>;
  body?: unknown;
  /** Sent as it is, whatever it is. */
  rawBody?: string;
  /** Idempotency-Key; null = none. */
  key?: string | null;
}

/** The gateway as its users see it: HTTP, a key, JSON. */
export class GatewayClient {
  constructor(
    readonly url: string,
    readonly apiKey: string,
  ) {}

  async ask<T>(
    method: string,
    path: string,
    { headers, body, rawBody, key }: Asking = {},
  ): Promise<Answer<T>> {
    const sent = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.apiKey}`,
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' || key === null ? {} : { 'idempotency-key': key ?? randomUUID() }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await response.text();
    keepAnswer(`${method} ${path} ${response.status} ${JSON.stringify([...response.headers])}`, text);
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : text) as T,
    };
  }

  /** Ready, and what the store says can be relied upon: nothing answers 503 any more. */
  async isOpen(): Promise<boolean> {
    const { status, body } = await this.ask<HealthDto>('GET', '/readyz');
    return status === 200 && body.checks.some(({ name, ok }) => name === 'guard' && ok);
  }

  /** Reads what must be readable. */
  async read<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
    const { status, body } = await this.ask<T>('GET', path, { headers });
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Asks for a change that must be accepted. */
  async start(method: string, path: string, body?: object, key?: string): Promise<OperationDto> {
    const answer = await this.ask<OperationDto>(method, path, { body, key });
    if (answer.status !== 202)
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  run(planId: string, action: string, body: object = {}): Promise<OperationDto> {
    return this.start('POST', `/v1/recovery-plans/${planId}/actions/${action}`, body);
  }

  /** Asks for a change that must be refused. */
  async refused(method: string, path: string, asking: Asking = {}): Promise<Answer<ProblemDto>> {
    const answer = await this.ask<ProblemDto>(method, path, asking);
    if (answer.status < 400)
      throw new Error(`${method} ${path} was not refused, but answered ${answer.status}`);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status: answer.status, requestId: expect.any(String) as string });
    return answer;
  }

  operation(id: string): Promise<OperationDto> {
    return this.read<OperationDto>(`/v1/operations/${id}`);
  }

  /** Waits for the verdict, whatever it is. */
  ended(id: string, deadlineMs?: number): Promise<OperationDto> {
    return this.operationWhen(id, 'it has ended', ({ done }) => done, deadlineMs);
  }

  /** Waits for a verdict that must be SUCCEEDED in full. */
  async succeeded(operation: OperationDto, deadlineMs?: number): Promise<OperationDto> {
    const ended = await this.ended(operation.id, deadlineMs);
    expect({ action: ended.action, state: ended.state, outcome: ended.outcome, error: ended.error }).toEqual({
      action: operation.action,
      state: 'SUCCEEDED',
      outcome: 'FULL',
      error: null,
    });
    return ended;
  }

  inState(id: string, ...states: OperationDto['state'][]): Promise<OperationDto> {
    return this.operationWhen(id, `it is ${states.join(' or ')}`, ({ state }) => states.includes(state));
  }

  operationWhen(
    id: string,
    what: string,
    isSo: (operation: OperationDto) => boolean,
    deadlineMs?: number,
  ): Promise<OperationDto> {
    return eventually(
      `operation ${id}: ${what}`,
      async () => {
        const operation = await this.operation(id);
        if (isSo(operation)) return operation;
        throw new Error(
          `it is ${JSON.stringify({ state: operation.state, evidence: operation.evidence, upstream: operation.upstream, error: operation.error })}`,
        );
      },
      deadlineMs,
    );
  }

  /** The plan of that name, once the list of all sites has it. */
  planNamed(name: string): Promise<RecoveryPlanDto> {
    return this.named(`/v1/recovery-plans?q=${encodeURIComponent(name)}`, name);
  }

  /** The same of a group. */
  groupNamed(name: string): Promise<ProtectionGroupDto> {
    return this.named(`/v1/protection-groups?q=${encodeURIComponent(name)}`, name);
  }

  /** What the list has by that name: a site may take its time to tell. */
  named<T extends { name: string }>(path: string, name: string): Promise<T> {
    return eventually(`there is a ${name} at ${path}`, async () => {
      const { items, sources } = await this.read<{ items: T[]; sources?: unknown }>(path);
      const found = items.find((item) => item.name === name);
      if (!found) throw new Error(`sources: ${JSON.stringify(sources)}`);
      return found;
    });
  }

  plan(id: string): Promise<RecoveryPlanDto> {
    return this.read<RecoveryPlanDto>(`/v1/recovery-plans/${id}`);
  }
}
