import type { JSONWebKeySet, JWK } from 'jose';
import { UpstreamHttp } from '../../platform/http/upstream-http.js';
import type { IdentityProvider } from '../file/identity-provider-settings.js';

const ANSWERS_WITHIN_MS = 5_000;
const MAX_BYTES = 256 * 1024;
const MOST_KEYS = 100;

/** Reads the keys of an identity provider. Rejects with a sentence for the log. */
export type ReadKeySet = () => Promise<JSONWebKeySet>;

/** From its one address: redirects are not followed, and nothing that a token says leads anywhere. */
export function keySetReading(
  { jwksUrl, caFile }: IdentityProvider,
  withinMs = ANSWERS_WITHIN_MS,
): ReadKeySet {
  const { origin, pathname, search } = new URL(jwksUrl);
  const http = new UpstreamHttp({
    baseUrl: origin,
    tls: { caFile },
    readTimeoutMs: withinMs,
    maxAnswerBytes: MAX_BYTES,
  });
  return async () => {
    const { status, json } = await http.read({
      method: 'GET',
      path: pathname + search,
      // The next one is minutes away: a connection that is kept would be closed by then.
      headers: { accept: 'application/jwk-set+json, application/json', connection: 'close' },
    });
    if (status !== 200) throw new Error(`it answered ${status} instead of its keys`);
    return { keys: publicKeysOf(json) };
  };
}

/** None at all is not believed: rather is something wrong with the provider than with everybody. */
function publicKeysOf(json: unknown): JWK[] {
  const { keys } = (json ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('its answer is no key set');
  if (keys.length > MOST_KEYS) throw new Error(`its answer holds more than ${MOST_KEYS} keys`);
  const usable = (keys as unknown[]).filter(isForSigning);
  if (usable.length === 0) throw new Error('its answer holds no public key for signatures');
  return usable;
}

/** A private or shared key that is shown to everybody proves nothing. */
function isForSigning(key: unknown): key is JWK {
  if (typeof key !== 'object' || key === null) return false;
  const { kty, use, d } = key as JWK;
  return ['RSA', 'EC', 'OKP'].includes(kty ?? '') && (use === undefined || use === 'sig') && d === undefined;
}
