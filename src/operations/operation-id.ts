import { v7 as uuidv7 } from 'uuid';
import { SITE_ID_PATTERN } from '../domain/ids.js';

/** `{siteId}.{uuid v7}`: in order of time, and it says where it is kept. */
export function newOperationId(siteId: string): string {
  return `${siteId}.${uuidv7()}`;
}

/** null = not the id of an operation. */
export function siteOfOperation(id: string): string | null {
  const match = /^([a-z0-9-]{1,32})\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(id);
  const siteId = match?.[1];
  return siteId && SITE_ID_PATTERN.test(siteId) ? siteId : null;
}

/** Of whatever carries its site, without a look at the rest; empty = it carries none. */
export function siteOfPublicId(id: string): string {
  return id.slice(0, Math.max(0, id.indexOf('.')));
}
