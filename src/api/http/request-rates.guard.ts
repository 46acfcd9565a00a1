import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../access/request-access.js';
import { RequestRates } from './request-rates.js';

/** Whoever asks too often waits. Runs when it is known who asks. */
@Injectable()
export class RequestRatesGuard implements CanActivate {
  constructor(private readonly rates: RequestRates) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const headers = await this.rates.asked(http.getRequest<AuthenticatedRequest>());
    void http.getResponse<FastifyReply>().headers(headers);
    return true;
  }
}
