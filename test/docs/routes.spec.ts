import 'reflect-metadata';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiHttpModule } from '../../src/api/api-http.module.js';
import { openApiDocument } from '../../src/api/docs/openapi.js';

type Controller = Type<object>;

/** Read by people and tools; the first of them is the document itself. */
const UNDOCUMENTED = /^\/(?:openapi\.json|docs(?:\/.*)?)$/;

/** The controllers alone: what a route is does not depend on what answers it. */
async function registered(): Promise<{ routes: Set<string>; documented: Set<string>; heads: string[] }> {
  const controllers = (Reflect.getMetadata('controllers', ApiHttpModule) as Controller[]).map(withNothing);
  class Surface {}
  Module({ controllers })(Surface);
  const app = await NestFactory.create<NestFastifyApplication>(Surface, new FastifyAdapter(), {
    logger: false,
  });
  const all: { method: string; url: string }[] = [];
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) all.push({ method: each, url });
    });
  await app.init();
  const { paths } = openApiDocument(app);
  await app.close();
  return {
    routes: new Set(all.filter(({ method }) => method !== 'HEAD').map(nameOf)),
    heads: all.filter(({ method }) => method === 'HEAD').map(({ url }) => url),
    documented: new Set(
      Object.entries(paths).flatMap(([path, item]) =>
        Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
      ),
    ),
  };
}

/** A controller of the same routes that is given nothing. */
function withNothing(controller: Controller): Controller {
  Reflect.defineMetadata('design:paramtypes', [], controller);
  Reflect.defineMetadata('self:paramtypes', [], controller);
  return controller;
}

function nameOf({ method, url }: { method: string; url: string }): string {
  return `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`;
}

describe('the routes of the running application', () => {
  it('are those of the document, all of them and no others', async () => {
    const { routes, documented, heads } = await registered();
    const shown = [...routes].filter((name) => !UNDOCUMENTED.test(name.split(' ')[1] ?? ''));
    expect(shown.length).toBeGreaterThan(100);
    expect(shown.filter((name) => !documented.has(name))).toEqual([]);
    expect([...documented].filter((name) => !routes.has(name))).toEqual([]);
    // Fastify answers HEAD wherever it answers GET, and nowhere else; OPTIONS is no route, but a question of browsers.
    expect(heads.filter((url) => !routes.has(nameOf({ method: 'GET', url })))).toEqual([]);
    expect([...routes].filter((name) => name.startsWith('OPTIONS'))).toEqual([]);
  });
});
