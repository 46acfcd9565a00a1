import type { UpstreamCall } from '../../../src/domain/action-command.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import {
  bench,
  command,
  cx,
  GROUP_ID,
  GROUPS,
  openGate,
  plan,
  PLAN_ID,
  PLANS,
  refusal,
  task,
  type Bench,
  type Reply,
} from './appliance.js';

const RUN = `POST ${PLANS}/${PLAN_ID}/actions/recovery`;
const plansPath = `/pairings/{pairing}/recovery-management/plans/${encodeURIComponent(PLAN_ID)}`;
const groupsPath = `/pairings/{pairing}/protection-management/groups/${encodeURIComponent(GROUP_ID)}`;
const run: UpstreamCall = {
  label: 'Run',
  method: 'POST',
  path: `${plansPath}/actions/recovery`,
  body: { planned_failover: false },
};

describe('sending a change to SRM', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
  });
  afterEach(() => site.close());

  const send = (call: UpstreamCall): Promise<unknown> => site.driver.start(call, openGate, cx());

  it('is one request with the body as written', async () => {
    site.appliance.on(RUN, { status: 202, body: task('t-1', 'QUEUED') });
    await expect(send(run)).resolves.toEqual({ jobIds: ['t-1'] });
    expect(site.appliance.count(RUN)).toBe(1);
    expect(site.appliance.journal.at(-1)?.body).toEqual({ planned_failover: false });
  });

  it.each<[string, Reply]>([
    ['a 202 without a task id', { status: 202, body: {} }],
    ['a 200, which is not documented', { status: 200, body: task('t-1', 'QUEUED') }],
    ['a page of HTML', { status: 404, body: '<html>not here</html>' }],
    ['a 400 that is not in the form of SRM', { status: 400, body: 'Bad Request' }],
    ['a 500', { status: 500, body: refusal('RuntimeFault') }],
    ['a 503', { status: 503 }],
    ['a 504', { status: 504 }],
    ['a cut connection', { cut: true }],
    ['half a JSON', { status: 202, body: '{"id": "t-' }],
  ])('is ambiguous after %s', async (_, reply) => {
    site.appliance.on(RUN, reply);
    await expect(send(run)).rejects.toMatchObject({ delivery: 'AMBIGUOUS' });
    expect(site.appliance.count(RUN)).toBe(1);
  });

  it.each<[number, Reply, string, string]>([
    [400, { status: 400, body: refusal('The name is no name') }, 'INVALID_ARGUMENT', 'PERMANENT'],
    [400, { status: 400, body: refusal('x', 'vcDr.fault.RecoveryPlanLocked') }, 'CONFLICT', 'PERMANENT'],
    [401, { status: 401 }, 'UNAUTHENTICATED', 'TEMPORARY'],
    [404, { status: 404 }, 'NOT_FOUND', 'PERMANENT'],
    [409, { status: 409, body: refusal('in use') }, 'CONFLICT', 'PERMANENT'],
    [429, { status: 429 }, 'RATE_LIMITED', 'TEMPORARY'],
  ])('is refused by %i in the documented form', async (status, reply, kind, retry) => {
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}`, { body: plan('READY_STATE') });
    site.appliance.on(RUN, reply);
    await expect(send(run)).rejects.toMatchObject({ delivery: 'REFUSED', kind, retry, upstream: { status } });
    expect(site.appliance.count(RUN)).toBe(1);
  });

  it('is refused for the state when a bare 400 meets a plan that cannot take it', async () => {
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}`, { body: plan('TEST_COMPLETE') });
    site.appliance.on(RUN, { status: 400, body: refusal('The operation is not allowed') });
    await expect(send(run)).rejects.toMatchObject({
      delivery: 'REFUSED',
      kind: 'WRONG_STATE',
      upstream: {
        message: 'The operation is not allowed',
        requestId: '0d7f8a52-58a4-4cf8-8a63-2b1c3c1f9d10',
      },
    });
  });

  it('waits as long as Retry-After says, else for the rest of the minute', async () => {
    site.appliance.on(RUN, { status: 429, headers: { 'retry-after': '7' } });
    await expect(send(run)).rejects.toMatchObject({ retryAfterMs: 7_000 });
    site.appliance.on(RUN, { status: 429 });
    site.clock.pass(20);
    await expect(send(run)).rejects.toMatchObject({ retryAfterMs: 40_000 });
  });

  it('is not begun when the gate is shut', async () => {
    const shut = {
      open: () => {
        throw new ProviderError('TIMEOUT', 'too late', { delivery: 'NOT_SENT' });
      },
    };
    await expect(site.driver.start(run, shut, cx())).rejects.toMatchObject({ delivery: 'NOT_SENT' });
    expect(site.appliance.count(RUN)).toBe(0);
  });

  it('is not begun when no session can be had', async () => {
    site.appliance.on('POST /session', { status: 503 });
    await expect(send(run)).rejects.toMatchObject({ delivery: 'NOT_SENT', retry: 'TEMPORARY' });
  });

  it('carries all tasks of configure-all, or none when there was nothing to do', async () => {
    const route = `POST ${GROUPS}/${GROUP_ID}/actions/configure-all-vms`;
    const call = { ...run, path: `${groupsPath}/actions/configure-all-vms`, body: undefined };
    site.appliance.on(route, { status: 202, body: { list: [task('t-1', 'QUEUED'), task('t-2', 'QUEUED')] } });
    await expect(send(call)).resolves.toEqual({ jobIds: ['t-1', 't-2'] });
    site.appliance.on(route, { status: 202, body: { list: [] } });
    await expect(send(call)).resolves.toEqual({ jobIds: [] });
    site.appliance.on(route, { status: 202, body: { list: [{}] } });
    await expect(send(call)).rejects.toMatchObject({ delivery: 'AMBIGUOUS' });
  });

  it('of a cancel is taken with 204 and has no task', async () => {
    site.appliance.on(`POST ${PLANS}/${PLAN_ID}/actions/cancel`, { status: 204 });
    const call = site.secondDriver().cancelCall?.(command('FAILOVER'));
    if (call === undefined) throw new Error('no cancel');
    await expect(send(call)).resolves.toEqual({ jobIds: [] });
  });

  it('of a removal of protection needs no login at the far site', async () => {
    const vm = 'VirtualMachine:vm-1:11111111';
    site.appliance.on(`POST ${GROUPS}/${GROUP_ID}/vms/${vm}/actions/remove-protection`, {
      status: 202,
      body: task('t-1', 'QUEUED'),
    });
    const path = `${groupsPath}/vms/${encodeURIComponent(vm)}/actions/remove-protection`;
    await expect(send({ ...run, path, body: undefined })).resolves.toEqual({ jobIds: ['t-1'] });
    expect(site.appliance.remoteSessions.size).toBe(0);
  });
});
