import { isIPv4 } from 'node:net';

/**
 * A sentence for each address of the sites that is asked without TLS, beyond this machine: passwords and failovers travel
 * there for everybody to read and to change.
 */
export function addressesInClear(document: unknown, place = ''): string[] {
  if (typeof document === 'string') return isInClear(document) ? [`${place}${ADVICE}`] : [];
  if (document === null || typeof document !== 'object') return [];
  return Object.entries(document).flatMap(([name, value]) =>
    addressesInClear(value, place === '' ? name : `${place}.${name}`),
  );
}

const ADVICE =
  ' is an address without TLS: write https://, or who is on the way reads and changes what is sent.';

function isInClear(text: string): boolean {
  return text.startsWith('http://') && URL.canParse(text) && !isLoopback(new URL(text).hostname);
}

/** @param hostname as a URL has it */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}
