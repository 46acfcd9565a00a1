import net from 'node:net';
import { refusedAddress } from './address-policy.js';

const LONGEST = 2_048;
/** Below it live other services than web servers. */
const FIRST_FREE_PORT = 1_024;

/**
 * Why nothing can be sent to such a URL, as a sentence; null = it may be. A name is judged by the addresses it has when
 * it is connected to.
 */
export function endpointFault(text: string, allowPrivate: boolean): string | null {
  if (text.length > LONGEST) return `It must be at most ${LONGEST} characters.`;
  // The parser would drop what it cannot read in some places, and then another URL were called.
  if (/[\s\\]|[^\x21-\x7e]/.test(text))
    return 'Write it in visible ASCII characters, without spaces or backslashes.';
  const url = parsed(text);
  if (!url) return 'It must be an absolute URL, such as https://example.com/hooks.';
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
    return allowPrivate ? 'It must begin with https:// or http://.' : 'It must begin with https://.';
  if (url.username !== '' || url.password !== '') return 'It must not carry a user or password.';
  if (url.hash !== '' || text.includes('#')) return 'It must not have a fragment.';
  const port = url.port === '' ? null : Number(url.port);
  if (port === 0 || (!allowPrivate && port !== null && port < FIRST_FREE_PORT))
    return 'Its port must be the usual one, or from 1024 upwards.';
  return hostFault(url.hostname, allowPrivate);
}

function hostFault(host: string, allowPrivate: boolean): string | null {
  const bare = host.replace(/^\[|\]$/g, '');
  if (net.isIP(bare) !== 0) {
    const why = refusedAddress(bare, allowPrivate);
    return why === null ? null : `Nothing is sent to the address ${bare} (${why}).`;
  }
  if (!allowPrivate && /(?:^|\.)localhost\.?$/i.test(bare)) return `Nothing is sent to ${bare} (loopback).`;
  return null;
}

function parsed(text: string): URL | null {
  return /^https?:\/\/[^/]/i.test(text) && URL.canParse(text) ? new URL(text) : null;
}
