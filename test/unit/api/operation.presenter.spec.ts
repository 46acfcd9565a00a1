import {
  etagOf,
  presentOperation,
  presentPreflight,
} from '../../../src/api/presenters/operation.presenter.js';
import { isVerdict, OPERATION_STATES } from '../../../src/domain/operation.js';
import { LongWork } from '../support/long-work.js';
import { operation, operationIn } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();

it.each(OPERATION_STATES)(
  'an operation that is %s says whether it is done, and offers a cancel only while it is not',
  (state) => {
    const shown = presentOperation(operationIn(state), true);
    expect(shown.done).toBe(isVerdict(state));
    expect('cancel' in shown.links).toBe(!isVerdict(state));
  },
);

it('before it was sent it can be cancelled whatever the upstream can do, afterwards only if it can', () => {
  expect(presentOperation(operationIn('PENDING'), false).links).toHaveProperty('cancel');
  expect(presentOperation(operationIn('RUNNING'), false).links).not.toHaveProperty('cancel');
});

it('its links lead to itself, its events and its target', () => {
  const { id } = operation();
  expect(presentOperation(operation(), false).links).toMatchObject({
    self: `/v1/operations/${id}`,
    events: `/v1/operations/${id}/events`,
    target: '/v1/recovery-plans/alpha.move-books',
  });
  const group = operation({ target: { type: 'PROTECTION_GROUP', id: null, name: 'New' } });
  expect(presentOperation(group, false).links).not.toHaveProperty('target');
});

it('what is only ours stays inside: baseline, locks, calls, the times of senders', () => {
  const shown = presentOperation(operationIn('CANCELLING'), true);
  for (const inner of ['baseline', 'lockedGroupIds', 'calls', 'command', 'notBefore', 'schema'])
    expect(shown).not.toHaveProperty(inner);
  expect(shown.cancel).not.toHaveProperty('overBy');
});

it('its ETag changes with its version and with nothing else', () => {
  expect(etagOf(operation({ version: 7 }))).toBe('"7"');
});

it('a preflight shows what was observed and would be sent', async () => {
  const work = new LongWork(the.redis);
  expect(presentPreflight(await work.service.preflight(work.request()))).toMatchObject({
    validateOnly: true,
    allowed: true,
    observed: { state: 'PROTECTED', upstreamState: 'ready', activeSite: 'PRODUCTION' },
    wouldSubmit: [{ path: '/plans/move-books/failover' }],
  });
});
