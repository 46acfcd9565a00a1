import {
  etagOf,
  presentOperation,
  presentPreflight,
} from '../../../src/api/presenters/operation.presenter.js';
import { inOurShape } from '../../../src/domain/operation-schema.js';
import { isVerdict, OPERATION_STATES, type Operation } from '../../../src/domain/operation.js';
import { LongWork } from '../support/long-work.js';
import { at, operation, operationIn } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();
const ALL_REACH = { cancellable: true, answerable: true };
const NO_REACH = { cancellable: false, answerable: false };

it.each(OPERATION_STATES)(
  'an operation that is %s says whether it is done, and offers a cancel only while it is not',
  (state) => {
    const shown = presentOperation(operationIn(state), ALL_REACH);
    expect(shown.done).toBe(isVerdict(state));
    expect('cancel' in shown.links).toBe(!isVerdict(state));
  },
);

it('before it was sent it can be cancelled whatever the upstream can do, afterwards only if it can', () => {
  expect(presentOperation(operationIn('PENDING'), NO_REACH).links).toHaveProperty('cancel');
  expect(presentOperation(operationIn('RUNNING'), NO_REACH).links).not.toHaveProperty('cancel');
});

it('its links lead to itself, its events and its target', () => {
  const { id } = operation();
  expect(presentOperation(operation(), NO_REACH).links).toMatchObject({
    self: `/v1/operations/${id}`,
    events: `/v1/operations/${id}/events`,
    target: '/v1/recovery-plans/alpha.move-books',
  });
  const group = operation({ target: { type: 'PROTECTION_GROUP', id: null, name: 'New' } });
  expect(presentOperation(group, NO_REACH).links).not.toHaveProperty('target');
});

it('an answer is asked for only while a prompt waits that can be answered here', () => {
  const prompts = [{ id: 'p-1', text: 'Go on?', raisedTime: null }];
  const waiting = operationIn('WAITING_FOR_INPUT', { prompts });
  expect(presentOperation(waiting, ALL_REACH).links.input).toBe(`/v1/operations/${waiting.id}/input`);
  expect(presentOperation(waiting, NO_REACH).links).not.toHaveProperty('input');
  expect(presentOperation(operationIn('RUNNING', { prompts }), ALL_REACH).links).not.toHaveProperty('input');
  expect(presentOperation(operationIn('WAITING_FOR_INPUT'), ALL_REACH).links).not.toHaveProperty('input');
});

it('the answer that was given is shown, but for the times of its sender', () => {
  const request = { promptId: 'p-1', requestedBy: 'ada', requestedTime: at(3) };
  const input = { ...request, state: 'SENDING' as const, detail: null, overBy: at(9) };
  expect(presentOperation(operation({ input }), NO_REACH).input).toEqual({
    ...request,
    state: 'SENDING',
    detail: null,
  });
});

it('who settled it is shown, and where that is done only while it is UNKNOWN', () => {
  const unknown = operationIn('UNKNOWN');
  expect(presentOperation(unknown, NO_REACH).links.resolution).toBe(
    `/v1/operations/${unknown.id}/resolution`,
  );
  const resolution = { verdict: 'FAILED' as const, reason: 'seen', resolvedBy: 'ada', resolvedTime: at(3) };
  const closed = presentOperation(operationIn('FAILED', { resolution }), NO_REACH);
  expect(closed.resolution).toEqual(resolution);
  expect(closed.links).not.toHaveProperty('resolution');
});

it('a part is shown with what it is within, and its link leads there', () => {
  const within = { type: 'PROTECTION_GROUP' as const, id: 'alpha.books' };
  const target = { type: 'PROTECTED_INSTANCE' as const, id: 'alpha.m-1', name: 'One', within };
  const shown = presentOperation(operation({ target }), NO_REACH);
  expect(shown.target).toEqual(target);
  expect(shown.links.target).toBe('/v1/protection-groups/alpha.books/protected-instances/alpha.m-1');
});

it('what a record of an earlier version does not have is null', () => {
  const {
    input: _input,
    parentId: _parentId,
    ...earlier
  } = operation({
    steps: [{ id: '1', title: 'One', state: 'RUNNING', progressPercent: 5 }],
  });
  const read = inOurShape({ ...earlier, schema: 1 } as Operation);
  expect(presentOperation(read, NO_REACH)).toMatchObject({
    parentId: null,
    input: null,
    resolution: null,
    target: { within: null },
    steps: [{ detail: null, operationId: null }],
  });
});

it('what is only ours stays inside: baseline, locks, calls, the times of senders', () => {
  const shown = presentOperation(operationIn('CANCELLING'), ALL_REACH);
  for (const inner of ['baseline', 'lockedGroupIds', 'calls', 'command', 'notBefore', 'schema'])
    expect(shown).not.toHaveProperty(inner);
  expect(shown.cancel).not.toHaveProperty('overBy');
});

it('its ETag changes with its version and with nothing else', () => {
  expect(etagOf(operation({ version: 7 }))).toBe('"7"');
});

it('a preflight shows what was observed and would be sent', async () => {
  const work = new LongWork(the.redis);
  const report = await work.service.preflight(work.request());
  expect(presentPreflight(report, null)).toMatchObject({ approvalMinutes: null, warnings: report.warnings });
  expect(presentPreflight(report, 15)).toMatchObject({
    validateOnly: true,
    approvalMinutes: 15,
    warnings: [...report.warnings, 'A second person has to approve it, within 15 minutes of the request.'],
    allowed: true,
    observed: { state: 'PROTECTED', upstreamState: 'ready', activeSite: 'PRODUCTION' },
    wouldSubmit: [{ path: '/plans/move-books/failover' }],
  });
});
