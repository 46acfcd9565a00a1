import type { ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { isVerdict, type Operation } from '../domain/operation.js';
import { cloudEvent } from '../events/cloud-event.js';
import { compareOffsets, EventFeed, FROM_THE_FIRST } from '../events/event-feed.js';
import { subjectOf } from '../events/event-subject.js';
import { LiveFeed, type LiveEvent } from '../events/live-feed.js';
import { Clock, isoTime } from '../platform/clock.js';
import { LastingAccess } from './access/lasting-access.js';
import type { RequestAccess } from './access/request-access.js';
import { namingNoOther } from './access/unseen-operations.js';
import type { OperationDto } from './dto/operation.dto.js';
import { operationFrame, resetFrame, toldFrame } from './event-frames.js';
import { EventReaders } from './http/event-readers.js';
import { sseFrame, type SseChannel } from './http/sse-channel.js';
import { LiveReader } from './live-reader.js';

/** An operation as it happens: for those who wait, and for those who listen. */
@Injectable()
export class OperationStreams {
  constructor(
    private readonly feed: EventFeed,
    private readonly live: LiveFeed,
    private readonly readers: EventReaders,
    private readonly lasting: LastingAccess,
    private readonly clock: Clock,
  ) {}

  /** Resolves when the operation has an event, the time is over, the client has gone, or the process ends. */
  changed(operation: Operation, timeoutMs: number, client: ServerResponse): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        unfollow();
        stay();
        client.off('close', done);
        resolve();
      };
      const unfollow = this.feed.follow(operation.id, (fed) => {
        if (fed.event.sequence > operation.version) done();
      });
      const stay = this.readers.onEnding(done);
      const timer = setTimeout(done, timeoutMs);
      client.on('close', done);
      // What happened between the read and the following is not told again: look once more.
      void this.feed.replay(operation.id, FROM_THE_FIRST).then(
        (events) => events.some((fed) => fed.event.sequence > operation.version) && done(),
        () => undefined,
      );
    });
  }

  /**
   * Snapshot, then the events from the first, or only those after the last one seen, then live ones, until the verdict
   * or the client leaves, or may not see it any more.
   */
  async stream(
    operation: Operation,
    told: OperationDto,
    access: Pick<RequestAccess, 'principal' | 'seen'>,
    reply: FastifyReply,
    lastEventId: string | undefined,
  ): Promise<void> {
    const seat = this.readers.take();
    let channel: SseChannel | null = null;
    const reader = new LiveReader(this.live, { operationId: operation.id }, () => channel?.end());
    const release = this.lasting.watch(access, 'operations:read', () => channel?.end());
    const leave = (): void => {
      reader.leave();
      release();
    };
    try {
      const past = await this.feed.replay(operation.id, FROM_THE_FIRST);
      const seen = past.findIndex(({ offset }) => offset === lastEventId);
      const rest = past.slice(seen + 1);
      const isUnknown = lastEventId !== undefined && seen < 0;
      if (isVerdict(operation.state) && rest.length === 0 && !isUnknown) {
        seat.leave();
        leave();
        return void (await reply.code(204).send());
      }
      channel = seat.open(reply, () => null, leave);
      if (isUnknown) channel.write(resetFrame('EVENT_UNKNOWN', isoTime(this.clock.now())), false);
      if (seen < 0) channel.write(this.snapshotFrame(operation, told), false);
      const subject = subjectOf(operation);
      const isWhole = access.seen.coversSite(operation.siteId);
      const bodyTold = (body: string): string => (isWhole ? body : namingNoOther(body, operation.id));
      for (const fed of rest) {
        const body = bodyTold(JSON.stringify(cloudEvent(fed, subject)));
        channel.write(sseFrame(fed.event.type, fed.offset, body), false);
      }
      const frameOf = (event: LiveEvent): Buffer =>
        isWhole
          ? operationFrame(event)
          : sseFrame(event.fed.event.type, event.fed.offset, bodyTold(event.body));
      // Also where this process has yet to read what the reader was told by another one.
      this.goLive(reader, channel, past.at(-1)?.offset ?? FROM_THE_FIRST, frameOf);
      // What was read after the verdict has the verdict's event.
      if (isVerdict(rest.at(-1)?.event.state ?? operation.state)) channel.end();
    } catch (error) {
      seat.leave();
      leave();
      throw error;
    }
  }

  private goLive(
    reader: LiveReader,
    channel: SseChannel,
    after: string,
    frameOf: (event: LiveEvent) => Buffer,
  ): void {
    let last = after;
    const isWhole = reader.goLive((events) => {
      for (const event of events) {
        const { fed } = event;
        if (compareOffsets(fed.offset, last) <= 0) continue;
        last = fed.offset;
        channel.write(frameOf(event), true);
        if (isVerdict(fed.event.state)) channel.end();
      }
    });
    if (!isWhole) channel.cut();
  }

  private snapshotFrame(operation: Operation, data: OperationDto): Buffer {
    const { id, version, updatedTime } = operation;
    return toldFrame({
      id: `snapshot.${id}.${version}`,
      type: 'operation.snapshot',
      subject: id,
      time: updatedTime,
      sequence: version,
      data,
    });
  }
}
