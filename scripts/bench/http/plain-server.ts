import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Body, Controller, HttpCode, Inject, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Queue } from 'bullmq';

/** The opponent of acceptance: what a service does that only puts what it was asked for into a queue. */
@Controller('v1/recovery-plans')
class PlainController {
  constructor(@Inject(Queue) private readonly queue: Queue) {}

  @Post(':id/actions/failover')
  @HttpCode(202)
  async failover(@Param('id') planId: string, @Body() body: object): Promise<{ id: string }> {
    const id = randomUUID();
    await this.queue.add('failover', { planId, ...body }, { jobId: `job-${id}` });
    return { id };
  }
}

@Module({
  controllers: [PlainController],
  providers: [
    {
      provide: Queue,
      useFactory: () => new Queue('plain', { connection: { url: process.env.REDIS_URL ?? '' } }),
    },
  ],
})
class PlainModule {}

const app = await NestFactory.create<NestFastifyApplication>(PlainModule, new FastifyAdapter(), {
  logger: false,
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
process.send?.({ ready: true });
