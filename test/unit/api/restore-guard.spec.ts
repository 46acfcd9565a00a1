import { StoreGuard, StoreGuardedError } from '../../../src/operations/guard/store-guard.js';
import { OperationsService } from '../../../src/operations/operations.service.js';
import { memorySite } from '../support/memory-site.js';
import { SwitchedGuard } from '../support/switched-guard.js';
import { TestClock } from '../support/test-clock.js';
import { surfaceOver, type Surface } from './surface.js';

const guard = new SwitchedGuard();
const { provider, siteId } = memorySite(new TestClock());
let surface: Surface;

beforeAll(async () => {
  const guarded = () => Promise.reject(new StoreGuardedError('The journals are being compared.', 1_200));
  surface = await surfaceOver([provider], undefined, [
    { provide: StoreGuard, useValue: guard },
    {
      provide: OperationsService,
      useValue: { replayed: () => Promise.resolve(null), accept: guarded, cancel: guarded },
    },
  ]);
});
afterAll(() => surface.close());

it('what the guard waits for can be read while it holds', async () => {
  guard.close();
  const { status, body } = await surface.ask('GET', '/v1/restore-guard');
  expect({ status, body }).toEqual({
    status: 200,
    body: { state: 'HOLDING', reason: null, sinceTime: null, waitingFor: [], differences: [] },
  });
});

it('nothing is accepted meanwhile: a problem that says so, and when to come back', async () => {
  const plan = `/v1/recovery-plans/${siteId}.move-books/actions/failover`;
  const { status, body, headers } = await surface.ask('POST', plan, { body: { direction: 'TO_RECOVERY' } });
  expect(status).toBe(503);
  expect(body).toMatchObject({
    code: 'store-reconciling',
    retryable: true,
    detail: 'The journals are being compared.',
  });
  expect(headers['retry-after']).toBe('2');
});

it('what depends on the store being whole is refused the same way', async () => {
  const id = `${siteId}.01900000-0000-7000-8000-000000000001`;
  const { status, body } = await surface.ask('POST', `/v1/operations/${id}/cancel`);
  expect({ status, code: body.code }).toEqual({ status: 503, code: 'store-reconciling' });
});
