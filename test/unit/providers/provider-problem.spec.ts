import { ProviderError } from '../../../src/providers/provider-error.js';
import { providerProblem, refusalProblem } from '../../../src/providers/provider-problem.js';
import type { Provider } from '../../../src/providers/provider.js';

const provider = { siteId: 'otc', descriptor: { provider: 'sdrs' } } as Provider;

describe('the problem that a provider error becomes', () => {
  it('names the field that the driver found bad, and no upstream, for none was asked', () => {
    const error = new ProviderError('INVALID_ARGUMENT', 'name: too long.', { pointer: '/name' });
    const told = providerProblem(error.withDelivery('NOT_SENT'), provider);
    expect(told).toMatchObject({
      status: 400,
      code: 'invalid-request',
      errors: [{ pointer: '/name', detail: 'name: too long.' }],
    });
    expect(told).not.toHaveProperty('upstream');
  });

  it('holds the words of an upstream that found something bad, and no field', () => {
    const error = new ProviderError('INVALID_ARGUMENT', 'No.', { upstream: { status: 400, code: 'X.1' } });
    const told = providerProblem(error, provider);
    expect(told).not.toHaveProperty('errors');
    expect(told.upstream).toMatchObject({ provider: 'sdrs', site: 'otc', status: 400, code: 'X.1' });
    expect(refusalProblem(error, provider).upstream).toEqual(told.upstream);
  });

  it('names the site that was asked and did not answer', () => {
    const told = providerProblem(new ProviderError('TIMEOUT', 'Late.', { retry: 'TEMPORARY' }), provider);
    expect(told).toMatchObject({ retryable: true, upstream: { site: 'otc', status: null } });
  });

  it('tells a passing matter as retryable, though the gateway does not send it again', () => {
    const locked = new ProviderError('CONFLICT', 'Locked.', { again: 'LATER', upstream: { status: 400 } });
    expect(refusalProblem(locked.asRefusal(), provider)).toMatchObject({
      code: 'upstream-refused',
      retryable: true,
    });
    expect(providerProblem(locked, provider)).toMatchObject({ code: 'upstream-refused', retryable: true });
  });

  it.each([
    ['NOT_FOUND', 404, 'not-found'],
    ['WRONG_STATE', 409, 'action-not-allowed'],
    ['QUOTA_EXCEEDED', 409, 'upstream-quota-exceeded'],
    ['PERMISSION_DENIED', 409, 'upstream-permission-denied'],
    ['CONFLICT', 409, 'upstream-refused'],
    ['INVALID_ARGUMENT', 409, 'upstream-refused'],
    ['UPSTREAM_FAULT', 409, 'upstream-refused'],
  ] as const)('of a refusal with %s is %i %s', (kind, status, code) => {
    const error = new ProviderError(kind, 'No.', { upstream: { status: 400 }, delivery: 'REFUSED' });
    expect(refusalProblem(error, provider)).toMatchObject({ status, code, retryable: false });
  });
});
