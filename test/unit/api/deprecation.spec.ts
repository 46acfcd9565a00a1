import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiOkResponse, ApiOperation, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Deprecated } from '../../../src/api/docs/deprecated.decorator.js';
import { refined } from '../../../src/api/docs/refined.js';
import { Exchange, type HttpExchange } from '../../../src/api/http/exchange.decorator.js';
import { nextPageLink } from '../../../src/api/http/next-page-link.js';
import { ProblemFilter } from '../../../src/api/http/problem.filter.js';
import { RequestRates } from '../../../src/api/http/request-rates.js';
import { problem, ProblemError } from '../../../src/domain/problem.js';
import { silentLog } from '../../../src/platform/log/log.js';

const GOING = { since: '2026-11-01', sunset: '2027-11-01', instead: '/docs/upgrades#things' };

@Controller('v1')
class Things {
  @Get('things')
  @Deprecated(GOING)
  @ApiOperation({ summary: 'Things', description: 'All of them.' })
  @ApiOkResponse({ description: 'A page.' })
  things(@Exchange() exchange: HttpExchange): object {
    nextPageLink(exchange, 'abc');
    return {};
  }

  @Get('broken')
  @Deprecated({ since: '2026-11-01', instead: 'https://docs.example/broken' })
  broken(): never {
    throw new ProblemError(problem('not-found', 'There is no such thing.'));
  }

  @Get('fine')
  fine(): object {
    return {};
  }
}

@Module({ controllers: [Things] })
class ThingsModule {}

let app: NestFastifyApplication;
beforeAll(async () => {
  app = await NestFactory.create<NestFastifyApplication>(ThingsModule, new FastifyAdapter(), {
    logger: false,
  });
  const unlimited = new RequestRates({ perSecond: null, failuresPerMinute: null });
  app.useGlobalFilters(new ProblemFilter(silentLog(), unlimited));
  await app.init();
});
afterAll(() => app.close());

it('a route that is to go says so, since when, until when, and where to read on, beside its other links', async () => {
  const { headers } = await app.inject({ url: '/v1/things?pageSize=2' });
  expect(headers).toMatchObject({ deprecation: '@1793491200', sunset: 'Mon, 01 Nov 2027 00:00:00 GMT' });
  expect(headers.link).toBe(
    '</docs/upgrades#things>; rel="deprecation", </v1/things?pageSize=2&pageToken=abc>; rel="next"',
  );
});

it('a problem says so, too; without a day on which it goes there is no Sunset', async () => {
  const { statusCode, headers } = await app.inject({ url: '/v1/broken' });
  expect(statusCode).toBe(404);
  expect(headers).toMatchObject({
    deprecation: '@1793491200',
    link: '<https://docs.example/broken>; rel="deprecation"',
  });
  expect(headers).not.toHaveProperty('sunset');
});

it('the others say nothing', async () => {
  const { headers } = await app.inject({ url: '/v1/fine' });
  expect(headers).not.toHaveProperty('deprecation');
  expect(headers).not.toHaveProperty('link');
});

it('the document says the same', () => {
  const { paths } = refined(SwaggerModule.createDocument(app, new DocumentBuilder().build()));
  expect(paths['/v1/things']?.get).toMatchObject({
    deprecated: true,
    description:
      'All of them.\n\nDeprecated since 2026-11-01: see /docs/upgrades#things. It may be gone from 2027-11-01 on.',
    responses: { 200: { headers: { Deprecation: {}, Sunset: {} } } },
  });
  expect(paths['/v1/fine']?.get).not.toHaveProperty('deprecated');
  expect(JSON.stringify(paths)).not.toContain('x-deprecated');
});
