import type { ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { isVerdict, type Operation } from '../domain/operation.js';
import { cloudEvent } from '../events/cloud-event.js';
import { compareOffsets, EventFeed, type FedEvent } from '../events/event-feed.js';
import { ActionRequests } from './action-requests.js';
import { SseChannel } from './http/sse-channel.js';

/** Milliseconds and counter; what is longer was never given out, and the store would not take it. */
const PLACE = /^\d{1,15}-\d{1,15}$/;

/** An operation as it happens: for those who wait, and for those who listen. */
@Injectable()
export class OperationStreams {
  constructor(
    private readonly feed: EventFeed,
    private readonly actions: ActionRequests,
  ) {}

  /** Resolves when the operation has an event, the time is over, or the client has gone. */
  changed(operation: Operation, timeoutMs: number, client: ServerResponse): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        unfollow();
        client.off('close', done);
        resolve();
      };
      const unfollow = this.feed.follow(operation.id, (fed) => {
        if (fed.event.sequence > operation.version) done();
      });
      const timer = setTimeout(done, timeoutMs);
      client.on('close', done);
      // What happened between the read and the following is not told again: look once more.
      void this.feed.replay(operation.id, '0').then(
        (events) => events.some((fed) => fed.event.sequence > operation.version) && done(),
        () => undefined,
      );
    });
  }

  /** Snapshot, then the events after the last one seen, then live ones, until the verdict or the client leaves. */
  async stream(operation: Operation, reply: FastifyReply, lastEventId: string | undefined): Promise<void> {
    const after = lastEventId !== undefined && PLACE.test(lastEventId) ? lastEventId : '0';
    const live: FedEvent[] = [];
    let deliver = (fed: FedEvent): void => void live.push(fed);
    const unfollow = this.feed.follow(operation.id, (fed) => deliver(fed));
    let past: FedEvent[];
    try {
      past = await this.feed.replay(operation.id, after);
    } catch (error) {
      unfollow();
      throw error;
    }
    if (isVerdict(operation.state) && past.length === 0) {
      unfollow();
      await reply.code(204).send();
      return;
    }
    const channel = new SseChannel(reply, unfollow);
    if (after === '0') {
      channel.send('operation.snapshot', null, this.actions.present(operation), false);
    }
    let last = after;
    const tell = (fed: FedEvent, isLive: boolean): void => {
      if (compareOffsets(fed.offset, last) <= 0) return;
      last = fed.offset;
      channel.send(fed.event.type, fed.offset, cloudEvent(fed), isLive);
      if (isVerdict(fed.event.state)) channel.end();
    };
    deliver = (fed) => tell(fed, true);
    [...past, ...live].forEach((fed) => tell(fed, false));
  }
}
