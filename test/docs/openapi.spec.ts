import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { publicId } from '../../src/domain/ids.js';
import { Simulator } from '../../simulators/engine/simulator.js';
import { sdrsSimulator } from '../../simulators/sdrs/sdrs.simulator.js';
import { srmSimulator } from '../../simulators/srm/srm.simulator.js';

interface Content {
  schema: { $ref?: string };
  examples?: Record<string, { value: unknown }>;
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
  ])('name %s, which the simulated sites hold', (id) => {
    expect(shown).toContain(id);
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
  for (const { value } of Object.values(examples)) {
    validate(value);
    expect(validate.errors ?? []).toEqual([]);
  }
}
