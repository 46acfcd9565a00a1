import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ApiModule } from '#gateway/api.module';
import { openApiDocument } from '#gateway/api/docs/openapi';
import { readEnvironment } from '#gateway/platform/config/environment';
import { silentLog } from '#gateway/platform/log/log';

/** `openapi.json`: the document of the wired application. Preview = nothing is made, so nothing connects. */
export async function openApiJson(): Promise<string> {
  const environment = readEnvironment({ ADMIN_API_KEY: 'not-used' });
  const app = await NestFactory.create(ApiModule.with(environment, [], silentLog()), new FastifyAdapter(), {
    preview: true,
    logger: false,
  });
  return `${JSON.stringify(openApiDocument(app), null, 2)}\n`;
}
