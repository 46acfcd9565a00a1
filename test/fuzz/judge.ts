import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { DocumentedOperation, OpenApiDocument, Schema } from './document.js';
import type { Received, Sent } from './sending.js';

/** What is wrong with an answer: the same words for the same fault, so that faults can be counted. */
export interface Fault {
  what: string;
  detail: string;
}

/** Said by the gateway of a site that answers badly, or of what a site refuses; all else above 499 is a fault of ours. */
const UPSTREAM = /^upstream-/;
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** Answered before it is known which path is meant, or by every path alike. */
const OF_HTTP: ReadonlySet<number> = new Set([400, 404, 405, 408, 413, 414, 415, 417, 431]);
/** Nothing of these may come back as a header. */
const PLANTED = 'x-planted';

const ALWAYS_THERE: Readonly<Record<string, RegExp>> = {
  'x-content-type-options': /^nosniff$/,
  'x-request-id': REQUEST_ID,
};

/** Compares answers with the document that the gateway itself serves. */
export class Judge {
  private readonly ajv = new Ajv2020({ strict: false, validateFormats: false });
  private readonly known = new Map<string, ValidateFunction>();
  private readonly codes: ReadonlySet<string>;

  constructor(
    private readonly document: OpenApiDocument,
    private readonly apiKey: string,
  ) {
    this.ajv.addSchema({ $id: 'document', ...closed(document) });
    const code = document.components.schemas.ProblemDto?.properties?.code?.enum ?? [];
    if (code.length === 0) throw new Error('The document names no codes of problems.');
    this.codes = new Set(code as string[]);
  }

  /** @param operation what the path and method were meant to be; null = nothing that is documented */
  faultsOf(sent: Sent, received: Received, operation: DocumentedOperation | null): Fault[] {
    const { status, headers, text } = received;
    const found: Fault[] = [];
    const tell = (what: string, detail: string): void => void found.push({ what, detail });
    for (const [name, form] of Object.entries(ALWAYS_THERE))
      if (!form.test(String(headers[name] ?? '')))
        tell(`header ${name} is not as it should be`, String(headers[name]));
    if (headers[PLANTED] !== undefined) tell('a header was planted', String(headers[PLANTED]));
    if (text.includes(this.apiKey)) tell('the answer holds the credential', text.slice(0, 200));
    if (sent.method === 'HEAD') {
      if (text !== '') tell('an answer to HEAD has a body', text.slice(0, 200));
      return found;
    }
    if (status >= 400) found.push(...this.problemFaults(received));
    if (operation) found.push(...this.documentFaults(operation, received));
    return found;
  }

  private problemFaults({ status, headers, text }: Received): Fault[] {
    const type = String(headers['content-type'] ?? '');
    if (!type.startsWith('application/problem+json'))
      return [{ what: `${status} is not a problem`, detail: `${type}: ${text.slice(0, 300)}` }];
    const body = json(text) as { code?: string; status?: number; requestId?: string } | undefined;
    if (body === undefined) return [{ what: `${status} is not JSON`, detail: text.slice(0, 300) }];
    const found: Fault[] = [];
    if (!this.codes.has(body.code ?? ''))
      found.push({ what: 'a code that is not known', detail: String(body.code) });
    if (body.status !== status)
      found.push({ what: 'another status in the body', detail: text.slice(0, 200) });
    if (body.requestId !== headers['x-request-id'])
      found.push({ what: 'another request id in the body', detail: text.slice(0, 200) });
    if (status >= 500 && !UPSTREAM.test(body.code ?? ''))
      found.push({ what: `${status} ${body.code}`, detail: text.slice(0, 500) });
    found.push(...this.schemaFaults('#/components/schemas/ProblemDto', body));
    return found;
  }

  private documentFaults(operation: DocumentedOperation, { status, headers, text }: Received): Fault[] {
    const types = operation.responses[status];
    if (!types)
      return OF_HTTP.has(status) ? [] : [{ what: `${status} is not documented`, detail: text.slice(0, 300) }];
    if (status === 204 || status === 304)
      return text === '' ? [] : [{ what: `${status} has a body`, detail: text.slice(0, 200) }];
    const type = String(headers['content-type'] ?? '').split(';')[0] ?? '';
    if (!types.includes(type))
      return [
        { what: `${status} is of a type that is not documented`, detail: `${type}; ${types.join(', ')}` },
      ];
    if (type !== 'application/json' || status >= 400) return [];
    const body = json(text);
    if (body === undefined) return [{ what: `${status} is not JSON`, detail: text.slice(0, 300) }];
    const pointer = ['paths', operation.path, operation.method.toLowerCase(), 'responses', String(status)]
      .concat('content', type, 'schema')
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    return this.schemaFaults(`#/${pointer}`, body);
  }

  private schemaFaults(pointer: string, body: unknown): Fault[] {
    const check = this.known.get(pointer) ?? this.ajv.compile({ $ref: `document${pointer}` });
    this.known.set(pointer, check);
    if (check(body)) return [];
    return (check.errors ?? []).slice(0, 3).map(({ instancePath, message, params }) => ({
      what: `the body is not as documented: ${instancePath.replaceAll(/\/\d+/g, '/*')} ${message}`,
      detail: JSON.stringify(params),
    }));
  }
}

/** What a schema does not name is a fault too: the document is to be complete. */
function closed<T>(document: T): T {
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, walk(value)]));
    const { type, properties, additionalProperties } = node as Schema;
    if (type === 'object' && typeof properties === 'object' && additionalProperties === undefined)
      copy.additionalProperties = false;
    return copy;
  };
  return walk(document) as T;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
