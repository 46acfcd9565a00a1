import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from './access/needs.decorator.js';
import { accessOf } from './access/request-access.js';
import { ProblemResponses } from './docs/problem-responses.decorator.js';
import { EventsQueryDto } from './dto/event-queries.dto.js';
import { LiveStreams } from './live-streams.js';

@ApiTags('Operations')
@ApiBearerAuth()
@Needs('operations:read')
@Controller('v1/events')
export class EventsController {
  constructor(private readonly streams: LiveStreams) {}

  @Get()
  @ApiOperation({
    summary: 'Everything that happens, as server-sent events',
    description:
      'First frame: `stream.snapshot`, the unfinished operations that match, newest first, 200 at most. Then every event as it happens, a CloudEvent each; events of a version that the snapshot shows already may follow it. Ids are places in the streams of all shards: coming back with `Last-Event-ID`, at whatever process, a reader goes on right there, without a snapshot. Where that cannot be, the first frame is `stream.reset` with its reason, and a snapshot follows: read anew what was known. Events of one operation come in the order of `sequence`. A comment comes every 15 seconds, with an id that has moved on. Readers that take nothing are cut off. Only what the reader may see is told, and counted; a stream ends within a minute after that has become less or more.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, schema: { type: 'string' } })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description: 'A stream of events, without an end.',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  @ProblemResponses('invalid-request', 'overloaded')
  async events(@Query() query: EventsQueryDto, @Res() reply: FastifyReply): Promise<void> {
    const { lastEventId, ...filter } = query;
    const { method, headers } = reply.request;
    // Fastify answers HEAD with the handler of GET; a stream would keep it waiting for ever.
    if (method === 'HEAD') return void (await reply.type('text/event-stream').send());
    const access = accessOf(reply.request);
    await this.streams.stream(access, filter, reply, headers['last-event-id']?.toString() ?? lastEventId);
  }
}
