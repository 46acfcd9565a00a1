import { isLoopback } from '../../platform/config/addresses-in-clear.js';

/** https, or this machine itself: who can change a key set on its way can be anybody. */
export function isKeySetAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, hash } = new URL(text);
  if (username !== '' || password !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}
