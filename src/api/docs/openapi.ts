import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

const INTRODUCTION = `One REST surface over several disaster-recovery services.

Reads answer over all sites, with the age of every part. Changes are **operations**: a request is accepted with 202, and
the operation can be read, listened to, and found in the history of all sites. Every change needs an \`Idempotency-Key\`.
Errors are RFC 9457 problems; act upon \`code\`.`;

/** The OpenAPI 3.1 document of the running application. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('dr-gateway')
    .setDescription(INTRODUCTION)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The API key.' })
    .build();
  return withoutNullable(SwaggerModule.createDocument(app, config)) as OpenAPIObject;
}

/** Where documentation is served; needs no API key. */
export function serveDocs(app: INestApplication, document: OpenAPIObject): void {
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'dr-gateway',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true },
  });
}

/** OpenAPI 3.1 says null as a type; the generator still says `nullable`. */
function withoutNullable(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutNullable);
  if (node === null || typeof node !== 'object') return node;
  const { nullable, ...rest } = node as Record<string, unknown>;
  const plain = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withoutNullable(value)]));
  if (nullable !== true) return plain;
  if (typeof plain.type === 'string') {
    return {
      ...plain,
      type: [plain.type, 'null'],
      ...(Array.isArray(plain.enum) ? { enum: [...(plain.enum as unknown[]), null] } : {}),
    };
  }
  const { description, ...schema } = plain;
  return {
    ...(description === undefined ? {} : { description }),
    oneOf: [...unwrapped(schema), { type: 'null' }],
  };
}

/** `allOf` around a single reference is the generator's way of adding words to it. */
function unwrapped(schema: Record<string, unknown>): unknown[] {
  return Array.isArray(schema.allOf) && schema.allOf.length === 1 ? (schema.allOf as unknown[]) : [schema];
}
