import { PROVIDER_ERROR_KINDS, ProviderError } from '../../../src/providers/provider-error.js';

describe('a provider error', () => {
  it('says by itself who may ask again, where it is not told', () => {
    expect(new ProviderError('TIMEOUT', 'x', { retry: 'TEMPORARY' })).toMatchObject({ again: 'LATER' });
    expect(new ProviderError('TIMEOUT', 'x')).toMatchObject({ retry: 'PERMANENT', again: 'NEVER' });
    expect(new ProviderError('CONFLICT', 'x', { again: 'LATER' })).toMatchObject({ retry: 'PERMANENT' });
  });

  it.each(PROVIDER_ERROR_KINDS)(
    '%s, as a refusal, is sent again only if it is about a login or a rate',
    (kind) => {
      const refusal = new ProviderError(kind, 'x', { retry: 'TEMPORARY' }).asRefusal();
      const sentAgain = kind === 'UNAUTHENTICATED' || kind === 'RATE_LIMITED';
      expect(refusal).toMatchObject({
        delivery: 'REFUSED',
        retry: sentAgain ? 'TEMPORARY' : 'PERMANENT',
        again: 'LATER',
      });
    },
  );

  it('is asked again by nobody once it is ambiguous', () => {
    const error = new ProviderError('TIMEOUT', 'x', { retry: 'TEMPORARY' }).withDelivery('AMBIGUOUS');
    expect(error).toMatchObject({ again: 'NEVER', delivery: 'AMBIGUOUS' });
  });

  it('keeps all it says when it becomes another', () => {
    const cause = new Error('why');
    const error = new ProviderError('RATE_LIMITED', 'x', {
      retry: 'TEMPORARY',
      upstream: { status: 429, code: 'C', message: 'm', requestId: 'r' },
      retryAfterMs: 7,
      pointer: '/name',
      cause,
    });
    const other = error.asRefusal();
    expect(other).toMatchObject({
      message: 'x',
      retryAfterMs: 7,
      pointer: '/name',
      upstream: error.upstream,
    });
    expect(other.cause).toBe(cause);
    expect(other.onlyByHand()).toMatchObject({ retry: 'PERMANENT', again: 'LATER', delivery: 'REFUSED' });
  });

  it('shows the words of an upstream in one bounded line without credentials', () => {
    const word = `X-Auth-Token: secret1\n${'x'.repeat(5_000)}`;
    const { message, upstream } = new ProviderError('CONFLICT', word, {
      upstream: { code: word, message: word, requestId: word },
    });
    for (const text of [message, upstream.code, upstream.message, upstream.requestId]) {
      expect(text).toMatch(/^X-Auth-Token: \*\*\* x+…$/);
      expect(text?.length).toBeLessThan(700);
    }
  });
});
