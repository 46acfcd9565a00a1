import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { CloudEvent } from '../../src/events/cloud-event.js';
import type { GatewayClient } from './client.js';

export interface ServerSentEvent {
  event: string;
  id: string | undefined;
  data: CloudEvent;
}

/** A stream of server-sent events as it is being read. */
export interface EventReading {
  status: number;
  contentType: string | null;
  /** What came so far. */
  events: ServerSentEvent[];
  /** Resolves when the server has ended the stream. */
  ended: Promise<void>;
  leave(): void;
}

export async function readEvents(
  gateway: GatewayClient,
  path: string,
  lastEventId?: string,
): Promise<EventReading> {
  const leaving = new AbortController();
  const response = await fetch(gateway.url + path, {
    headers: {
      authorization: `Bearer ${gateway.apiKey}`,
      accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: leaving.signal,
  });
  const events: ServerSentEvent[] = [];
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    events,
    ended: readAll(response, events),
    leave: () => leaving.abort(),
  };
}

async function readAll(response: Response, events: ServerSentEvent[]): Promise<void> {
  const parser = createParser({
    onEvent: ({ event, id, data }: EventSourceMessage) =>
      void events.push({ event: event ?? 'message', id, data: JSON.parse(data) as CloudEvent }),
  });
  const decoder = new TextDecoder();
  if (!response.body) return;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>)
    parser.feed(decoder.decode(chunk, { stream: true }));
}
