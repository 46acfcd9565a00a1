import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bench, LOCAL, REMOTE, pick } from './srm-bench.js';
import { Checker, type OpenApi } from './srm-openapi-checker.js';
import { changes, furnish, paramsFor } from './srm-openapi-tour.js';

/** VMware's own document; not part of this project. */
const DOCUMENT =
  process.env.SRM_OPENAPI ?? join(import.meta.dirname, '../../../../shared/upstreams/srm-api-v2.json');

/** What this world does not have: storage arrays and vVols. Their operations find nothing. */
const NO_ARRAYS =
  /\{(array_manager|array_pair|storage_adapter|domain|datastore_group|replication_group)_id\}|^POST .*(abr|datastore-groups)/;

const ADDS_STORAGE = /^POST .*\/(array-managers|array-pairs|\{group_id\}\/datastore-groups)$/;

/** Whole bodies for the three operations that would add an array, a pair of arrays or datastores. */
const ARRAY_BODIES = {
  name: 'array',
  storage_adapter: 'sra',
  array_manager_id: 'manager',
  storage_array_key: 'near',
  peer_storage_array_key: 'far',
  datastores: [],
};

const present = existsSync(DOCUMENT);
const api = present
  ? (JSON.parse(readFileSync(DOCUMENT, 'utf8')) as OpenApi)
  : { paths: {}, components: { schemas: {} } };

if (!present) {
  it(`is not compared with VMware's OpenAPI document, which is absent: ${DOCUMENT}`, () => {
    console.warn(`srm-openapi.spec: skipped, there is no ${DOCUMENT}`);
  });
}

(present ? describe : describe.skip)("the simulated SRM beside VMware's OpenAPI document", () => {
  const seen = new Set<string>();
  const refused = new Set<string>();
  let bench: Bench;
  let checker: Checker;

  beforeAll(async () => {
    checker = new Checker(api);
    bench = await Bench.open();
  });
  afterAll(() => bench.close());

  const visit = async (operation: string, params: Record<string, string>, body?: unknown) => {
    const [method = '', template = ''] = operation.split(' ');
    const path = template.replace(/\{(\w+)\}/g, (_all, name: string) => params[name] ?? 'absent');
    const remote = path.endsWith('remote-session');
    const login = method === 'POST' && /session$/.test(path);
    const headers: Record<string, string> = login ? { authorization: remote ? REMOTE : LOCAL } : {};
    const reply = await bench.ask(method, path, { body, headers });
    if (reply.status < 300) seen.add(operation);
    expect({ operation, faults: checker.faultsOf(method, template, reply) }).toEqual({
      operation,
      faults: [],
    });
    return reply;
  };

  const operations = Object.entries(api.paths).flatMap(([template, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${template}`),
  );
  const reads = operations.filter((operation) => operation.startsWith('GET '));

  describe.each([
    ['plain', false],
    ['null-heavy', true],
  ])('with %s answers', (_name, nullHeavy) => {
    beforeAll(async () => {
      bench.sim.reset({ settings: { nullHeavy } });
      await bench.logIn();
      await furnish(bench);
    });

    it.each(present ? reads : [''])('fits at %s', async (operation) => {
      const { status } = await visit(operation, paramsFor(bench, operation));
      const success = operation.endsWith('history-reports') ? 202 : 200;
      expect(status).toBe(NO_ARRAYS.test(operation) ? 404 : success);
    });
  });

  it('answers every operation that changes something as documented, and every task ends well', async () => {
    bench.sim.reset();
    await bench.logIn();
    for (const { operation, params, body, status } of changes(bench)) {
      const reply = await visit(operation, { ...paramsFor(bench, operation), ...params?.() }, body?.());
      expect({ operation, status: reply.status }).toEqual({ operation, status });
      bench.advance(120_000);
      // A change of the pairing ends all sessions.
      if (bench.sim.state.sessions.length === 0) await bench.logIn();
      const taskId = pick(reply.body, 'id');
      if (status !== 202 || typeof taskId !== 'string') continue;
      const task = await visit('GET /tasks/{taskId}', { taskId });
      expect({ operation, end: pick(task.body, 'status') }).toEqual({ operation, end: 'SUCCESS' });
    }
  });

  it('answers a cancel and a dismissed prompt as documented', async () => {
    bench.sim.reset();
    await bench.logIn();
    await furnish(bench);
    const prompt = `POST ${PROMPTS}/{prompt_id}/actions/dismiss-prompt`;
    expect((await visit(prompt, paramsFor(bench, prompt))).status).toBe(204);
    const cancel = 'POST /pairings/{pairing_id}/recovery-management/plans/{plan_id}/actions/cancel';
    expect(
      (await visit(cancel, { ...paramsFor(bench, cancel), plan_id: bench.plan('web-plan').id })).status,
    ).toBe(204);
  });

  it.each(present ? operations.filter((operation) => NO_ARRAYS.test(operation)) : [''])(
    'refuses as documented at %s',
    async (operation) => {
      bench.sim.reset();
      await bench.logIn();
      const body = operation.startsWith('POST') ? ARRAY_BODIES : undefined;
      const { status } = await visit(operation, paramsFor(bench, operation), body);
      expect(status).toBe(ADDS_STORAGE.test(operation) ? 400 : 404);
      refused.add(operation);
      expect(bench.sim.journal.executions()).toEqual([]);
    },
  );

  it('serves all 150 operations, 19 of them only to refuse: there are no arrays and no vVols', () => {
    const served = bench.sim.routes
      .list()
      .filter(({ api }) => api === 'v2')
      .map(({ method, path }) => `${method} ${path}`);
    const notServed = operations.filter((operation) => !served.includes(operation));
    const notDocumented = served.filter((operation) => !operations.includes(operation));
    expect({ notServed, notDocumented }).toEqual({ notServed: [], notDocumented: [] });
    expect({ served: served.length, succeeded: seen.size, refused: refused.size }).toEqual({
      served: 150,
      succeeded: 131,
      refused: 19,
    });
  });
});

const PROMPTS = '/pairings/{pairing_id}/recovery-management/plans/{plan_id}/recovery-steps/user-prompts';
