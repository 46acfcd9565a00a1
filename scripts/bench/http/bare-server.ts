import { readFileSync } from 'node:fs';
import { fastify } from 'fastify';

/** The opponent of lists: a route of bare Fastify that has its answer ready. */
const bytes = readFileSync(process.env.BYTES_FROM ?? '');
const server = fastify({ keepAliveTimeout: 72_000 });
server.get('/v1/protection-groups', (_request, reply) =>
  reply.type('application/json; charset=utf-8').send(bytes),
);
await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
process.send?.({ ready: true });
