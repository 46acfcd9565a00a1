import { addLink } from './link.js';
import type { HttpExchange } from './exchange.decorator.js';

/** RFC 8288: the next page, with the same filters. */
export function nextPageLink({ request, reply }: HttpExchange, token: string | undefined): void {
  if (token === undefined) return;
  const [path = '', query = ''] = request.url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('pageToken', token);
  addLink(reply, `${path}?${parameters.toString()}`, 'next');
}
