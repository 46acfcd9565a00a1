import type { IncomingMessage } from 'node:http';
import { v7 as uuidv7 } from 'uuid';

const USABLE = /^[A-Za-z0-9._-]{1,64}$/;

/** What the caller calls its request, or a name of ours. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && USABLE.test(given) ? given : uuidv7();
}
