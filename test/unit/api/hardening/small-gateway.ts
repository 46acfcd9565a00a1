import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import {
  Body,
  Controller,
  Get,
  Module,
  Param,
  Post,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AuthenticatedRequest } from '../../../../src/api/access/request-access.js';
import { serveDocs } from '../../../../src/api/docs/openapi.js';
import { allowOrigins } from '../../../../src/api/http/cross-origin.js';
import { Exchange, type HttpExchange } from '../../../../src/api/http/exchange.decorator.js';
import { innerPort, type InnerPort } from '../../../../src/api/http/inner-port.js';
import { ProblemFilter } from '../../../../src/api/http/problem.filter.js';
import { RequestRatesGuard } from '../../../../src/api/http/request-rates.guard.js';
import { RequestRates } from '../../../../src/api/http/request-rates.js';
import {
  serverOptions,
  SERVER_TIMES,
  tuneServer,
  type ServerTimes,
} from '../../../../src/api/http/server.js';
import { SseChannel } from '../../../../src/api/http/sse-channel.js';
import { EVERYTHING } from '../../../../src/domain/access/principal.js';
import { Scope } from '../../../../src/domain/access/scope.js';
import { problem, ProblemError } from '../../../../src/domain/problem.js';
import { silentLog } from '../../../../src/platform/log/log.js';
import { Metrics } from '../../../../src/platform/metrics.js';

export interface SmallGateway {
  app: NestFastifyApplication;
  url: string;
  port: number;
  innerUrl: string | null;
  close(): Promise<void>;
}

export interface SmallSettings {
  times?: Partial<ServerTimes>;
  origins?: readonly string[];
  hstsSeconds?: number;
  perSecond?: number;
  failuresPerMinute?: number;
  hasInnerPort?: boolean;
}

@Controller()
class Things {
  @Get('v1/things')
  list(): object {
    return { items: [] };
  }

  @Get('v1/things/large')
  large(): object {
    return { text: 'x'.repeat(30_000_000) };
  }

  @Get('v1/things/kept')
  kept(@Exchange() { reply }: HttpExchange): object {
    void reply.header('cache-control', 'private, max-age=60');
    return {};
  }

  @Get('v1/things/:id/events')
  events(@Exchange() { reply }: HttpExchange): void {
    const channel = new SseChannel(reply, () => clearInterval(beating));
    const beating = setInterval(() => channel.write(Buffer.from(': still here\n\n'), true), 100);
  }

  @Get('v1/things/:id')
  one(@Param('id') id: string): object {
    return { id };
  }

  @Post('v1/things')
  make(@Body() body: object): object {
    return body;
  }

  @Post('v1/recovery-plans/:id/actions/failover')
  failOver(): object {
    return { done: true };
  }

  @Get(['livez', 'readyz', 'metrics'])
  told(): string {
    return 'ok';
  }
}

/** Lets in whoever calls itself somebody; `forbidden` may nothing. */
class Names implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (!request.url.startsWith('/v1/')) return true;
    const id = /^Bearer (\w+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (id === undefined) throw new ProblemError(problem('unauthenticated', 'Nobody.'));
    request.access = {
      principal: { id, kind: 'API_KEY', grants: EVERYTHING },
      seen: Scope.ALL,
      held: Scope.ALL,
    };
    if (id === 'forbidden') throw new ProblemError(problem('forbidden', 'Nothing.'));
    return true;
  }
}

/** The server as the product tunes it, over nearly nothing. */
export async function smallGateway(settings: SmallSettings = {}): Promise<SmallGateway> {
  const { perSecond = null, failuresPerMinute = null } = settings;
  const rates = new RequestRates({ perSecond, failuresPerMinute });
  class Small {}
  Module({
    controllers: [Things],
    providers: [
      { provide: RequestRates, useValue: rates },
      { provide: APP_GUARD, useClass: Names },
      { provide: APP_GUARD, useFactory: () => new RequestRatesGuard(rates) },
      { provide: APP_FILTER, useFactory: () => new ProblemFilter(silentLog(), rates) },
    ],
  })(Small);
  const app = await NestFactory.create<NestFastifyApplication>(
    Small,
    new FastifyAdapter(serverOptions({ ...SERVER_TIMES, ...settings.times })),
    { logger: false, abortOnError: false, bodyParser: false },
  );
  tuneServer(app, new Metrics(), { hstsSeconds: settings.hstsSeconds ?? 0 });
  const fastify = app.getHttpAdapter().getInstance();
  const inner: InnerPort | null = settings.hasInnerPort ? innerPort(fastify) : null;
  allowOrigins(app, settings.origins ?? []);
  serveDocs(app, () => ({ openapi: '3.1.0', info: { title: 'small', version: '1' }, paths: {} }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = fastify.server.address() as AddressInfo;
  return {
    app,
    port,
    url: `http://127.0.0.1:${port}`,
    innerUrl: inner && (await inner.listen(0, '127.0.0.1')),
    close: () => app.close(),
  };
}
