import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { problem, ProblemError } from '../../domain/problem.js';
import { ApiSettings } from './api-settings.js';

const PUBLIC = 'public';

/** Needs no API key: health and documentation. */
export const Public = () => SetMetadata(PUBLIC, true);

/** Who asks. */
export interface Principal {
  id: string;
}

export type AuthenticatedRequest = FastifyRequest & { principal?: Principal };

@Injectable()
export class AuthGuard implements CanActivate {
  private readonly admin: Buffer;

  constructor(
    settings: ApiSettings,
    private readonly reflector: Reflector,
  ) {
    this.admin = digest(settings.adminApiKey);
  }

  canActivate(context: ExecutionContext): boolean {
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()]))
      return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (key === undefined || !timingSafeEqual(digest(key), this.admin)) {
      throw new ProblemError(
        problem(
          'unauthenticated',
          'Send the header `Authorization: Bearer <API key>` with a key that is known here.',
        ),
        { 'www-authenticate': 'Bearer realm="dr-gateway"' },
      );
    }
    request.principal = { id: 'admin' };
    return true;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
