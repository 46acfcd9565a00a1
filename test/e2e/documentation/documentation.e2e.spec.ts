import { readEvents } from '../../support/sse.js';
import { useWorld } from '../../support/world.js';

interface Documented {
  summary?: string;
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: {
    content: Record<string, { schema?: unknown; example?: unknown; examples?: Record<string, unknown> }>;
  };
  responses: Record<string, { content?: Record<string, { examples?: Record<string, { value: unknown }> }> }>;
  security?: unknown[];
}

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, Documented>>;
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
}

const PUBLIC = ['/livez', '/readyz', '/docs', '/openapi.json'];

describe('what the gateway says about itself', () => {
  const world = useWorld({ workers: 0 });
  let document: OpenApi;
  beforeAll(async () => {
    document = await world().api.read<OpenApi>('/openapi.json', NOBODY);
  });

  const NOBODY = { authorization: '' };
  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation,
      })),
    );

  it('is an OpenAPI 3.1 document and a page to try it on', async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(document.components.securitySchemes).toMatchObject({ bearer: { type: 'http', scheme: 'bearer' } });
    const page = await world().api.ask<string>('GET', '/docs', { headers: NOBODY });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const script = await world().api.ask<string>('GET', '/docs/swagger-ui-bundle.js', { headers: NOBODY });
    expect(script).toMatchObject({ status: 200 });
  });

  it('is served whatever is asked with it, as health and problems are', async () => {
    for (const path of ['/docs', '/docs/swagger-ui-bundle.js', '/openapi.json', '/livez', '/readyz'])
      expect(await world().api.ask('GET', `${path}?v=1`, { headers: NOBODY })).toMatchObject({ status: 200 });
    for (const path of ['/problems/not-found', '/metrics'])
      expect(await world().api.ask('GET', `${path}?v=1`)).toMatchObject({ status: 200 });
    expect(await world().api.ask('GET', '/v1/sites?v=1')).toMatchObject({ status: 400 });
  });

  it('names every path there is to use', () => {
    for (const path of [
      '/v1/sites',
      '/v1/sites/{siteId}/creation-options',
      '/v1/protection-groups',
      '/v1/protection-groups/{id}/actions/enable-protection',
      '/v1/protection-groups/{id}/protected-instances/{instanceId}/actions',
      '/v1/protection-groups/{id}/replication-pairs/{pairId}/actions/expand',
      '/v1/recovery-plans/{id}/recovery-steps/{stepId}',
      '/v1/sites/{siteId}/failed-tasks',
      '/v1/recovery-plans/{id}/actions',
      '/v1/recovery-plans/{id}/actions/planned-failover',
      '/v1/operations/{id}/events',
      '/v1/operations/{id}/cancel',
      '/v1/operations/{id}/input',
    ])
      expect(Object.keys(document.paths)).toContain(path);
  });

  it('documents no path that is not there', async () => {
    const plan = await world().api.planNamed('erp-dr');
    const ids: Record<string, string> = { siteId: 'eu-cloud', id: plan.id };
    // It never ends.
    const events = await readEvents(world().api, '/v1/events');
    expect(events.status).toBe(200);
    const left = events.ended.catch(() => undefined);
    events.leave();
    await left;
    for (const { method, path } of operations().filter((one) => one.path !== '/v1/events')) {
      const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => ids[name] ?? 'invalid-request');
      const answer = await world().api.ask<{ detail?: string }>(method, filled, {
        ...(method === 'GET' ? {} : { body: { validateOnly: true } }),
        ...(method === 'DELETE' ? { body: undefined } : {}),
      });
      expect({ method, path, detail: answer.body?.detail }).not.toMatchObject({
        detail: 'There is nothing at this path.',
      });
      expect({ method, path, status: answer.status }).not.toMatchObject({ status: 405 });
      expect({ method, path, fault: answer.status >= 500 }).toEqual({ method, path, fault: false });
    }
  });

  it('has an example for every request that takes a body, and for every problem', () => {
    for (const { method, path, operation } of operations()) {
      const body = Object.values(operation.requestBody?.content ?? {});
      for (const { example, examples, schema } of body)
        expect({ method, path, example: hasExample({ example, examples, schema }) }).toMatchObject({
          example: true,
        });
      for (const [status, { content }] of Object.entries(operation.responses)) {
        const problem = content?.['application/problem+json'];
        if (Number(status) < 400) continue;
        const examples = Object.keys(problem?.examples ?? {}).length;
        expect({ method, path, status, examples }).not.toMatchObject({ examples: 0 });
      }
      expect({ method, path, summary: operation.summary }).toMatchObject({
        summary: expect.any(String) as string,
      });
    }
  });

  it('names every parameter once, and demands no header but the key', () => {
    for (const { method, path, operation } of operations()) {
      const { parameters = [] } = operation;
      const names = parameters.map((one) => `${one.in} ${one.name.toLowerCase()}`);
      expect({ method, path, names }).toEqual({ method, path, names: [...new Set(names)] });
      for (const one of parameters)
        if (one.in === 'header' && one.required) expect(one.name).toBe('Idempotency-Key');
    }
  });

  it('has no reference that leads nowhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(10);
    for (const [, name = ''] of references) expect(Object.keys(document.components.schemas)).toContain(name);
  });

  it('asks for the key on everything but health and documentation', async () => {
    const ask = async (path: string): Promise<number> =>
      (await world().api.ask('GET', path, { headers: NOBODY })).status;
    for (const path of PUBLIC) expect([path, await ask(path)]).toEqual([path, 200]);
    for (const path of ['/metrics', '/v1/sites', '/v1/operations', '/v1/nothing-here'])
      expect([path, await ask(path)]).not.toEqual([path, 200]);
    expect(await ask('/metrics')).toBe(401);
    const { status, body } = await world().api.ask<string>('GET', '/metrics');
    expect(status).toBe(200);
    expect(body).toMatch(/^# HELP /m);
  });

  it('gives every answer a request id: the client’s, if it has a fitting one', async () => {
    const own = await world().api.ask('GET', '/v1/sites', { headers: { 'x-request-id': 'ticket-4711' } });
    expect(own.headers.get('x-request-id')).toBe('ticket-4711');
    const other = await world().api.ask('GET', '/v1/sites', { headers: { 'x-request-id': 'not fitting!' } });
    expect(other.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  /** On the body as a whole, or on each field that must be given. */
  function hasExample(media: { example?: unknown; examples?: object; schema?: unknown }): boolean {
    if (media.example !== undefined || Object.keys(media.examples ?? {}).length > 0) return true;
    const name = /schemas\/([^"]+)"/.exec(JSON.stringify(media.schema))?.[1] ?? '';
    const schema = document.components.schemas[name] as {
      properties?: Record<string, { example?: unknown; examples?: unknown; $ref?: string; allOf?: unknown }>;
      required?: string[];
    };
    return (schema.required ?? []).every((field) => {
      const property = schema.properties?.[field];
      return property?.example !== undefined || property?.examples !== undefined;
    });
  }
});
