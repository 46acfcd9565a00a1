import { STATUS_CODES } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Deprecation } from '../http/deprecation.js';
import { BODY_EXAMPLES } from './body-examples.js';
import { DEPRECATED } from './deprecated.decorator.js';
import { PARAMETER_EXAMPLES, type Examples } from './examples.js';
import { problemExamples, TELLS_AGE } from './problem-responses.decorator.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

const METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const;

/** What holds for whole families of paths and fields, said once instead of in every decorator. Changes the document. */
export function refined(document: OpenAPIObject): OpenAPIObject {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      operation.security ??= []; // public
      describeResponses(operation);
      describeAge(operation);
      describeDeprecation(operation);
      addParameterExamples(operation, path);
      addBodyExamples(operation, BODY_EXAMPLES[`${method} ${path}`]);
    }
  }
  sayWhatIsATime(document);
  document.components = { ...document.components, examples: problemExamples() };
  return document;
}

/** The generator guesses a 201 for every POST, and gives what it guesses no description. */
function describeResponses(operation: Operation): void {
  const { responses } = operation;
  if ('202' in responses) delete responses['201'];
  for (const [status, response] of Object.entries(responses)) {
    if (response && 'description' in response) response.description ||= STATUS_CODES[status] ?? status;
  }
}

const AGE = {
  Age: { description: 'Seconds since it was read from the site.', schema: { type: 'integer' as const } },
  'Source-State': {
    description:
      '`STALE`: the site was asked and gave no good answer in time, or its request budget is spent; this is the last good answer. Else `FRESH`.',
    schema: { type: 'string' as const, enum: ['FRESH', 'STALE'] },
  },
};

function describeAge(operation: Operation & { [TELLS_AGE]?: boolean }): void {
  const good = operation[TELLS_AGE] ? operation.responses['200'] : undefined;
  delete operation[TELLS_AGE];
  if (good && 'description' in good) good.headers = { ...good.headers, ...AGE };
}

function describeDeprecation(operation: Operation & { [DEPRECATED]?: Deprecation }): void {
  const deprecation = operation[DEPRECATED];
  delete operation[DEPRECATED];
  if (!deprecation) return;
  const { since, sunset, instead } = deprecation;
  const gone = sunset === undefined ? '' : ` It may be gone from ${sunset} on.`;
  operation.deprecated = true;
  operation.description =
    `${operation.description ?? ''}\n\nDeprecated since ${since}: see ${instead}.${gone}`.trim();
  for (const [status, response] of Object.entries(operation.responses)) {
    if (status.startsWith('2') && response && 'description' in response)
      response.headers = { ...response.headers, ...DEPRECATION_HEADERS };
  }
}

const DEPRECATION_HEADERS = {
  Deprecation: {
    description: 'Since when it is deprecated (RFC 9745): `@` and seconds since the epoch.',
    schema: { type: 'string' as const },
  },
  Sunset: {
    description: 'From when on it may be gone (RFC 8594); absent where nobody knows yet.',
    schema: { type: 'string' as const },
  },
};

function addParameterExamples(operation: Operation, path: string): void {
  for (const parameter of operation.parameters ?? []) {
    if (!('in' in parameter) || parameter.in !== 'path') continue;
    const name = `{${parameter.name}}`;
    const examples = PARAMETER_EXAMPLES[path.slice(0, path.indexOf(name) + name.length)];
    if (examples) parameter.examples = { ...examples };
  }
}

function addBodyExamples({ requestBody }: Operation, examples: Examples | undefined): void {
  const body = requestBody && 'content' in requestBody ? requestBody.content['application/json'] : undefined;
  if (body && examples) body.examples = { ...examples };
}

/** Names that end in `Time` are RFC 3339 times, everywhere. */
function sayWhatIsATime(document: OpenAPIObject): void {
  for (const schema of Object.values(document.components?.schemas ?? {})) {
    if (!('properties' in schema)) continue;
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      if (name.endsWith('Time') && !('$ref' in property)) property.format = 'date-time';
    }
  }
}
