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
});
