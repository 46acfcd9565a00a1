import type { FastifyReply, FastifyRequest } from 'fastify';
import { SPOILS_THE_TRUE_ANSWER, type ActiveFault } from './faults.js';
import { spoilt } from './spoilt-answers.js';

/** The one thing the faults ask of a definition: how it words an error. */
export interface ErrorForm {
  definition: { errorBody?(status: number): unknown };
}

/** Strikes before the service has seen the request. */
export async function strikeBefore(
  simulator: ErrorForm,
  fault: ActiveFault,
  reply: FastifyReply,
): Promise<void> {
  switch (fault.kind) {
    case 'delay':
      await realTime(fault.ms ?? 1000);
      return;
    case 'hang':
      reply.hijack();
      return;
    case 'reset':
      reply.hijack();
      reply.raw.socket?.destroy();
      return;
    default:
      await reply
        .code(statusOf(fault))
        .headers(fault.headers ?? {})
        .type(fault.kind === 'html' ? 'text/html' : 'application/json')
        .send(bodyOf(simulator, fault, '{"truncated": tr'));
  }
}

/** Strikes when the service has done its work: the answer is lost or spoilt. */
export async function strikeAfter(
  simulator: ErrorForm,
  fault: ActiveFault,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  const answer = typeof payload === 'string' ? payload : '';
  if (SPOILS_THE_TRUE_ANSWER.includes(fault.kind)) {
    reply.removeHeader('content-length');
    return spoilt(answer, fault);
  }
  switch (fault.kind) {
    case 'delay':
      await realTime(fault.ms ?? 1000);
      return payload;
    case 'hang':
      return new Promise(() => undefined);
    case 'reset':
      request.raw.socket.destroy();
      return payload;
    case 'truncate':
      reply.removeHeader('content-length');
      return answer.slice(0, Math.floor(answer.length / 2));
    default:
      void reply.code(statusOf(fault)).headers(fault.headers ?? {});
      void reply.header('content-type', fault.kind === 'html' ? 'text/html' : 'application/json');
      reply.removeHeader('content-length');
      return bodyOf(simulator, fault, '');
  }
}

function statusOf(fault: ActiveFault): number {
  if (fault.kind === 'html') return fault.status ?? 502;
  return fault.status ?? (fault.kind === 'status' ? 500 : 200);
}

function bodyOf(simulator: ErrorForm, fault: ActiveFault, truncated: string): string {
  if (fault.kind === 'html') return '<html><body><h1>Bad Gateway</h1></body></html>';
  if (fault.kind === 'empty') return '';
  if (fault.kind === 'truncate') return truncated;
  const body =
    fault.body ?? (fault.kind === 'status' ? simulator.definition.errorBody?.(statusOf(fault)) : undefined);
  if (body === undefined) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}

const realTime = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
