import { Ajv } from 'ajv';
import type { Reply } from './srm-bench.js';

type Schema = Record<string, unknown>;

interface Operation {
  responses: Record<string, { content?: { 'application/json': { schema: { $ref: string } } } }>;
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** Where the service answers null although its document forbids it (srm reference 7.5). */
const LOOSENED = [
  ['MetaLinks', 'self'],
  ['MetaLinks', 'next'],
  ['MetaLinks', 'previous'],
  ['Task', 'error'],
  ['RecoveryStep', 'plan_callout_position_spec'],
  ['RecoveryStep', 'vm_callout_position_spec'],
] as const;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Compares answers with VMware's document: is the status listed, does the body fit its structure? */
export class Checker {
  private readonly ajv = new Ajv({
    strict: false,
    allErrors: true,
    formats: { int32: true, int64: true, uuid: UUID },
  });

  constructor(private readonly api: OpenApi) {
    const schemas = structuredClone(api.components.schemas);
    for (const [structure, field] of LOOSENED) {
      const properties = propertiesOf(schemas, structure);
      properties[field] = { anyOf: [properties[field], { type: 'null' }] };
    }
    // Declared an object; in practice a moref or a list (srm reference 7.5, 0.6).
    propertiesOf(schemas, 'Task').result = {};
    this.ajv.addSchema({ $id: 'srm', components: { schemas: asJsonSchema(schemas) } });
  }

  /** What is wrong with an answer; an empty list = nothing. */
  faultsOf(method: string, template: string, { status, body, text }: Reply): unknown[] {
    const documented = this.api.paths[template]?.[method.toLowerCase()]?.responses[String(status)];
    if (!documented) return [`status ${status} is not documented`];
    const schema = documented.content?.['application/json'].schema;
    if (!schema) return text === '' ? [] : ['a body where none is documented'];
    const validate = this.ajv.compile({ $ref: `srm${schema.$ref}` });
    return validate(body) ? [] : (validate.errors ?? []);
  }
}

function propertiesOf(schemas: Record<string, Schema>, structure: string): Record<string, unknown> {
  return (schemas[structure]?.properties ?? {}) as Record<string, unknown>;
}

/** OpenAPI's `nullable` in the words of JSON Schema. */
function asJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(asJsonSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { nullable, ...rest } = schema as Schema;
  const plain = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, asJsonSchema(value)]));
  return nullable === true ? { anyOf: [plain, { type: 'null' }] } : plain;
}
