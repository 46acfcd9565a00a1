import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { refined } from './refined.js';

const INTRODUCTION = `One REST surface over several disaster-recovery services.

Reads answer over all sites, with the age of every part. Changes are **operations**: a request is accepted with 202, and
the operation can be read, listened to, and found in the history of all sites. Every change needs an \`Idempotency-Key\`.
Errors are RFC 9457 problems; act upon \`code\`.`;

const TAGS: Readonly<Record<string, string>> = {
  Sites: 'The configured upstreams: what each can do, and whether it lets us in.',
  'Protection groups': 'What is replicated together.',
  'Protected instances': 'The machines of a group, and how each is protected.',
  'Replication pairs': 'The disks of a group, where the upstream shows them.',
  'Recovery plans': 'What can be failed over, rehearsed and protected again.',
  'Plan parts': 'What a plan consists of: machines and their order, steps, prompts, networks, its history.',
  Drills:
    'Rehearsals: those that stand, when each is due for clean-up, and what those that ended left behind.',
  Findings: 'What somebody should look at, over all sites, the worst first.',
  'Site facts': 'What an upstream tells beyond groups and plans; what it does not offer says `not-offered`.',
  Operations: 'Everything that was started, while it runs and afterwards.',
  Approvals: 'What needs a second person: exactly one request of somebody else, for a while.',
  Emergencies: 'Declared: approvals and limits are lifted for a while, and everybody is told.',
  Audit: 'Who decided what, or was refused what: kept so that nothing can be changed or left out unseen.',
  Webhooks: 'Events, sent to whoever wants them: subscriptions, and what came of each delivery.',
  'API keys': 'Who else may come in, to do what, and where.',
  Reports: 'What the history comes to: statistics, rehearsals, one operation from beginning to end.',
  Health: 'The gateway itself.',
  Problems: 'What an error means, and what to do.',
};

/** The OpenAPI 3.1 document of the running application. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('dr-gateway')
    .setDescription(INTRODUCTION)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'The gateway that serves this document')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'API key', description: 'The API key.' });
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  return refined(SwaggerModule.createDocument(app, builder.build(), { operationIdFactory: operationId }));
}

/**
 * Where documentation is served; needs no API key, so nothing of it is made twice. The document is made when it is first asked
 * for: that is an eighth of a start.
 */
export function serveDocs(app: INestApplication, document: () => OpenAPIObject): void {
  const made = once(document);
  const bytes = once(() => Buffer.from(JSON.stringify(made())));
  SwaggerModule.setup('docs', app, made, {
    raw: false,
    customSiteTitle: 'dr-gateway',
    swaggerOptions: {
      persistAuthorization: true,
      displayRequestDuration: true,
      requestInterceptor: withFreshKey,
    },
  });
  app.getHttpAdapter().get('/openapi.json', (_request: unknown, reply: FastifyReply) => {
    void reply.type('application/json').send(bytes());
  });
}

/** What was thrown is thrown again. */
function once<T>(make: () => T): () => T {
  let known: { value: T } | { error: unknown } | undefined;
  return () => {
    known ??= outcomeOf(make);
    if ('error' in known) throw known.error;
    return known.value;
  };
}

function outcomeOf<T>(make: () => T): { value: T } | { error: unknown } {
  try {
    return { value: make() };
  } catch (error) {
    return { error };
  }
}

/** Runs in the browser, as text: the key of the example would belong to the first request that was tried. */
function withFreshKey(request: { headers: Record<string, string> }): object {
  if (request.headers['Idempotency-Key'] === '7f9c2ba4-e88f-4c1a-9f4e-000000000001') {
    request.headers['Idempotency-Key'] = `docs-${Math.random().toString(36).slice(2)}`;
  }
  return request;
}

/** `recoveryPlans_failover`: generators of clients make a method `failover` of it. */
function operationId(controller: string, method: string): string {
  const resource = controller.replace(/Controller$/, '');
  return `${resource.charAt(0).toLowerCase()}${resource.slice(1)}_${method}`;
}
