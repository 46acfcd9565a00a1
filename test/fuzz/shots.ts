import fc from 'fast-check';
import type { DocumentedOperation, OpenApiDocument, Parameter } from './document.js';
import { HOSTILE_TEXTS, hostileBody, hostileHeaders, hostileName, hostileText } from './hostile.js';
import { nearlyValid, validValue } from './schema-values.js';

/** What becomes one segment of a path: something that is known to be there, or text as it is sent. */
export type Segment = { text: string } | { knownFor: string; which: number };

/** One request, before it is known which things exist. */
export interface Shot {
  operation: string;
  method: string;
  path: readonly Segment[];
  /** As it is sent; '' = none. */
  query: string;
  headers: readonly (readonly [name: string, value: string])[];
  body: Buffer | null;
}

/** How the parts of a request are chosen: mostly well, so that the hostile one gets as far as it can. */
const WEIGHTS = { valid: 6, near: 3, hostile: 2 };

/** Requests of one operation: valid ones, nearly valid ones, and hostile ones. */
export function shotsAt(
  operation: DocumentedOperation,
  document: OpenApiDocument,
  apiKey: string,
): fc.Arbitrary<Shot> {
  return fc
    .record({
      path: fc.tuple(
        ...operation.path
          .split('/')
          .slice(1)
          .map((part) => segmentAt(part, operation)),
      ),
      query: queryOf(operation, document),
      body: bodyOf(operation, document),
      key: fc.uuid(),
      more: seldom(hostileHeaders, 6),
      without: seldom(fc.constantFrom('authorization', 'idempotency-key', 'content-type'), 25),
    })
    .map(({ path, query, body, key, more, without }) => {
      const usual: [string, string][] = [
        ['authorization', `Bearer ${apiKey}`],
        ...(operation.method === 'GET' ? [] : ([['idempotency-key', key]] as [string, string][])),
        ...(body === null ? [] : ([['content-type', 'application/json']] as [string, string][])),
      ];
      const replaced = new Set([without, ...(more ?? []).map(([name]) => name)]);
      return {
        operation: operation.name,
        method: operation.method,
        path,
        query,
        headers: [...usual.filter(([name]) => !replaced.has(name)), ...(more ?? [])],
        body,
      };
    });
}

function segmentAt(part: string, { path, parameters }: DocumentedOperation): fc.Arbitrary<Segment> {
  const name = /^\{(.+)\}$/.exec(part)?.[1];
  if (name === undefined) return fc.constant({ text: part });
  const collection = path.slice(0, path.indexOf(part) - 1);
  const examples = Object.values(parameters.find((parameter) => parameter.name === name)?.examples ?? {}).map(
    ({ value }) => ({ text: encodeURIComponent(String(value)) }),
  );
  const known = fc.nat(50).map((which) => ({ knownFor: collection, which }));
  const odd = fc.oneof(
    fc.constantFrom(
      '%',
      '%00',
      '%2e%2e',
      '..',
      '.',
      '%2F',
      '%252e',
      '%ff',
      ';a=b',
      'eu-cloud.%0d%0a',
      '*',
      ':id',
      '',
    ),
    hostileText.map(encoded),
  );
  return fc.oneof(
    { weight: WEIGHTS.valid * 2, arbitrary: known },
    ...(examples.length > 0 ? [{ weight: WEIGHTS.valid * 2, arbitrary: fc.constantFrom(...examples) }] : []),
    { weight: WEIGHTS.hostile, arbitrary: odd.map((text) => ({ text })) },
  );
}

function seldom<T>(arbitrary: fc.Arbitrary<T>, oneOf: number): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: oneOf - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

/** Half of a pair cannot be written as a URL. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

function queryOf({ parameters }: DocumentedOperation, document: OpenApiDocument): fc.Arbitrary<string> {
  const documented = parameters.filter((parameter) => parameter.in === 'query');
  const usual = fc
    .tuple(...documented.map((parameter) => seldom(valueOf(parameter, document), 4)))
    .map((values) =>
      documented.flatMap(({ name }, at) => (values[at] === null ? [] : [`${name}=${values[at]}`])),
    );
  const names = documented.map(({ name }) => name);
  const odd = fc.oneof(
    fc.tuple(hostileName, hostileText).map(([name, value]) => `${encoded(name)}=${encoded(value)}`),
    fc.constantFrom(
      '__proto__[polluted]=1',
      'constructor[prototype][polluted]=1',
      '__proto__=1',
      'constructor=1',
      'pageSize=1&pageSize=2',
      'pageSize[]=1',
      'q=%',
      'q=%ff%fe',
      'q=%00',
      '&&&',
      '=',
      '=a',
      'a',
      'validateOnly=true',
      'reason=a%0d%0ab',
      `q=${'x'.repeat(7_000)}`,
      Array.from({ length: 200 }, (_, n) => `p${n}=1`).join('&'),
    ),
    ...(names.length > 0
      ? [
          fc
            .tuple(fc.constantFrom(...names), hostileText)
            .map(([name, value]) => `${name}=${encoded(value)}`),
          fc.constantFrom(...names).map((name) => `${name}=a&${name}=b`),
          fc.constantFrom(...names).map((name) => `${name}[a]=b`),
          fc.constantFrom(...names).map((name) => `${name}=`),
        ]
      : []),
  );
  return fc.oneof(
    { weight: WEIGHTS.valid + WEIGHTS.near, arbitrary: usual.map((parts) => parts.join('&')) },
    {
      weight: WEIGHTS.hostile,
      arbitrary: fc.tuple(usual, odd).map(([parts, other]) => [...parts, other].join('&')),
    },
  );
}

function valueOf({ schema }: Parameter, document: OpenApiDocument): fc.Arbitrary<string> {
  const valid = validValue(schema, document).map((value) => encoded([value].flat().map(String).join(',')));
  return fc.oneof(
    { weight: 12, arbitrary: valid },
    { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_TEXTS).map(encoded) },
  );
}

function bodyOf(
  { method, body }: DocumentedOperation,
  document: OpenApiDocument,
): fc.Arbitrary<Buffer | null> {
  if (!body?.schema) {
    const none = method === 'GET' || method === 'DELETE' ? null : Buffer.from('{}');
    return fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(null, none) },
      { weight: 1, arbitrary: hostileBody },
    );
  }
  const examples = Object.values(body.examples ?? {}).map(({ value }) => value);
  const made = validValue(body.schema, document);
  const valid = examples.length > 0 ? fc.oneof(fc.constantFrom(...examples), made) : made;
  const written = (value: fc.Arbitrary<unknown>): fc.Arbitrary<Buffer> =>
    value.map((content) => Buffer.from(JSON.stringify(content) ?? ''));
  return fc.oneof(
    { weight: WEIGHTS.valid, arbitrary: written(valid) },
    { weight: WEIGHTS.near, arbitrary: written(nearlyValid(valid)) },
    { weight: WEIGHTS.hostile, arbitrary: hostileBody },
    { weight: 1, arbitrary: written(valid).map((text) => text.subarray(0, text.length >> 1)) },
  );
}
