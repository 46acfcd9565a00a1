import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { publicId } from '../../src/domain/ids.js';
import { Simulator } from '../../simulators/engine/simulator.js';
import { sdrsSimulator } from '../../simulators/sdrs/sdrs.simulator.js';
import { srmSimulator } from '../../simulators/srm/srm.simulator.js';

interface Content {
  schema: { $ref?: string };
  examples?: Record<string, { value?: unknown; $ref?: string }>;
}
interface Operation {
  operationId: string;
  summary?: string;
  tags?: string[];
  security?: object[];
  parameters?: { in: string; name: string; examples?: Record<string, { value: string }> }[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, { description: string; content?: Record<string, Content> }>;
}
interface Document {
  openapi: string;
  components: { examples: Record<string, { value: unknown }> };
  paths: Record<string, Record<string, Operation>>;
}

const PUBLIC_PATHS = ['/livez', '/readyz', '/problems/{code}'];

const document = JSON.parse(
  readFileSync(new URL('../../../openapi.json', import.meta.url), 'utf8'),
) as Document;

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, path, operation })),
);

describe('openapi.json', () => {
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } }).addSchema(
    document,
    'openapi.json',
  );
  const schemaOf = ({ schema }: Content): ValidateFunction =>
    ajv.compile(schema.$ref ? { $ref: `openapi.json${schema.$ref}` } : schema);

  it('is OpenAPI 3.1', () => {
    expect(document.openapi).toBe('3.1.0');
  });

  it('names every operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  describe.each(operations)('$name', ({ path, operation }) => {
    it('has a summary and a tag', () => {
      expect(operation.summary).toMatch(/\w+/);
      expect(operation.tags).toHaveLength(1);
    });

    it('says whether it needs the API key', () => {
      expect(operation.security).toEqual(PUBLIC_PATHS.includes(path) ? [] : [{ bearer: [] }]);
    });

    it('shows what its path may hold', () => {
      const bare = (operation.parameters ?? []).filter(
        (parameter) => parameter.in === 'path' && Object.keys(parameter.examples ?? {}).length === 0,
      );
      expect(bare).toEqual([]);
    });

    it('shows bodies that it would take', () => {
      for (const content of Object.values(operation.requestBody?.content ?? {})) {
        expectValidExamples(content, schemaOf(content));
      }
    });

    it('shows the problems it answers with', () => {
      for (const [status, { description, content = {} }] of Object.entries(operation.responses)) {
        expect(description).not.toBe('');
        if (Number(status) < 400) continue;
        const problem = content['application/problem+json'];
        if (!problem) throw new Error(`${status} is not a problem`);
        expectValidExamples(problem, schemaOf(problem));
      }
    });
  });
});

describe('its examples', () => {
  const sdrs = new Simulator(sdrsSimulator).state;
  const srm = new Simulator(srmSimulator).state;
  const shown = new Set(
    operations.flatMap(({ operation }) =>
      (operation.parameters ?? []).flatMap((parameter) =>
        Object.values(parameter.examples ?? {}).map(({ value }) => value),
      ),
    ),
  );

  it.each([
    publicId('eu-cloud', sdrs.groups[0]?.id ?? ''),
    publicId('berlin-dc', srm.groups[0]?.id ?? ''),
    publicId('berlin-dc', srm.plans[0]?.id ?? ''),
    publicId('eu-cloud', sdrs.instances[0]?.id ?? ''),
    publicId('eu-cloud', sdrs.pairs[2]?.id ?? ''),
    publicId('berlin-dc', srm.vms[0]?.ids.a ?? ''),
  ])('name %s, which the simulated sites hold', (id) => {
    expect(shown).toContain(id);
  });

  it('speak of servers, disks, networks and machines that the simulated sites hold', () => {
    const held = [
      ...[sdrs.servers, sdrs.volumes, sdrs.domains, sdrs.vpcs].flat().map(({ id }) => id),
      ...sdrs.vpcs.flatMap(({ subnets }) => subnets.map(({ id }) => id)),
      ...sdrs.instances.map(({ id }) => publicId('eu-cloud', id)),
      ...srm.vms.map(({ ids }) => ids.a),
      ...srm.groups.map(({ id }) => publicId('berlin-dc', id)),
      ...srm.inventory.map(({ id }) => id),
      ...['eu-cloud', 'berlin-dc'],
    ];
    const bodies = operations.flatMap(({ operation }) =>
      Object.values(operation.requestBody?.content ?? {}).flatMap(({ examples = {} }) =>
        Object.values(examples).map(({ value }) => value),
      ),
    );
    const ids = bodies.flatMap(idsIn);
    expect(ids.length).toBeGreaterThan(20);
    expect(ids.filter((id) => !held.includes(id))).toEqual([]);
  });

  it('create groups of what the simulated sites offer', () => {
    const create = document.paths['/v1/protection-groups']?.post?.requestBody?.content['application/json'];
    expect(create?.examples?.sdrs?.value).toMatchObject({
      domainId: sdrs.domains[0]?.id,
      sourceVpcId: sdrs.vpcs[0]?.id,
    });
    const free = srm.vms.find(({ groupId }) => groupId === null);
    expect(create?.examples?.srm?.value).toMatchObject({ hbrSpec: { vms: [free?.ids.a] } });
  });
});

function expectValidExamples({ examples = {} }: Content, validate: ValidateFunction): void {
  expect(Object.keys(examples)).not.toEqual([]);
  for (const { value, $ref } of Object.values(examples)) {
    const [, name = ''] = /^#\/components\/examples\/(.+)$/.exec($ref ?? '') ?? [];
    validate($ref ? document.components.examples[name]?.value : value);
    expect(validate.errors ?? []).toEqual([]);
  }
}

/** Interfaces, steps and prompts have no lasting ids: their examples only show the form. */
const PASSING = ['networkInterfaceId', 'beforeStepId', 'promptId'];

/** What stands in fields that end in `Id`, `Ids` or `vms`. */
function idsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]: [string, unknown]) => {
    if (PASSING.includes(name)) return [];
    const isId = /Ids?$|^vms$/.test(name);
    return isId ? [field].flat().map(String) : idsIn(field);
  });
}
