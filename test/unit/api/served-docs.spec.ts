import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { serveDocs } from '../../../src/api/docs/openapi.js';

const DOCUMENT: OpenAPIObject = { openapi: '3.1.0', info: { title: 'A gateway', version: '1' }, paths: {} };

@Module({})
class Nothing {}

let app: NestFastifyApplication;
let made: number;

async function serving(document: () => OpenAPIObject): Promise<void> {
  made = 0;
  app = await NestFactory.create<NestFastifyApplication>(Nothing, new FastifyAdapter(), { logger: false });
  serveDocs(app, () => {
    made += 1;
    return document();
  });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
}

afterEach(() => app.close());

describe('the document of the surface', () => {
  it('is made once, when it is first asked for, however it is asked for', async () => {
    await serving(() => DOCUMENT);
    expect((await app.inject('/docs')).statusCode).toBe(200);
    expect(made).toBe(0);
    for (const path of ['/openapi.json', '/docs/swagger-ui-init.js', '/openapi.json'])
      expect((await app.inject(path)).statusCode).toBe(200);
    expect(made).toBe(1);
    const answer = await app.inject('/openapi.json');
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.json()).toEqual(DOCUMENT);
  });

  it('is not written as YAML for whoever likes', async () => {
    await serving(() => DOCUMENT);
    expect((await app.inject('/docs-yaml')).statusCode).toBe(404);
    expect((await app.inject('/docs-json')).statusCode).toBe(404);
  });

  it('that cannot be made is not tried again for each who asks', async () => {
    await serving(() => {
      throw new Error('it cannot be made');
    });
    for (let n = 0; n < 3; n += 1) expect((await app.inject('/openapi.json')).statusCode).toBe(500);
    expect(made).toBe(1);
  });
});
