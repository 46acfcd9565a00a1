import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

/** The opponent of the start: the least that Nest with Fastify can be, with a path that says that it is there. */
@Controller()
class EmptyController {
  @Get('readyz')
  ready(): { state: string } {
    return { state: 'READY' };
  }
}

@Module({ controllers: [EmptyController] })
class EmptyModule {}

const app = await NestFactory.create<NestFastifyApplication>(EmptyModule, new FastifyAdapter(), {
  logger: false,
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
