import { fastify, type FastifyReply } from 'fastify';

/** The opponent: the least that Fastify can do, a route that keeps its answers and writes to each what it is told. */
const readers = new Set<FastifyReply>();
const server = fastify();
server.get('/v1/events', (_request, reply) => {
  reply.hijack();
  reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  reply.raw.write('retry: 2000\n\n');
  readers.add(reply);
  reply.raw.on('close', () => readers.delete(reply));
});
process.on('message', (text: string) => {
  const bytes = Buffer.from(text);
  for (const { raw } of readers) raw.write(bytes);
});
await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
process.send?.({ ready: true });
