import type { FastifyReply } from 'fastify';

/** RFC 8288: beside those that the answer has already. */
export function addLink(reply: FastifyReply, href: string, relation: string): void {
  const link = `<${href}>; rel="${relation}"`;
  const before = reply.getHeader('link');
  void reply.header('link', before === undefined ? link : `${String(before)}, ${link}`);
}
