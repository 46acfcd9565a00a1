import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../access/request-access.js';

/** The request, and the reply whose status and headers may be set; the body stays what the method returns. */
export interface HttpExchange {
  request: AuthenticatedRequest;
  reply: FastifyReply;
}

export const Exchange = createParamDecorator((_data: undefined, context: ExecutionContext): HttpExchange => {
  const http = context.switchToHttp();
  return { request: http.getRequest<AuthenticatedRequest>(), reply: http.getResponse<FastifyReply>() };
});
