import { Health, type HealthCheck } from '../../../src/platform/health/health.js';
import { EventLoopCheck } from '../../../src/platform/health/event-loop.js';

const check = (name: string, matters: HealthCheck['matters'], ok: boolean): HealthCheck => ({
  name,
  matters,
  ask: () => ({ ok, detail: `${name} says so` }),
});

it('all is well when every check says so, and each is told', async () => {
  const health = new Health([check('store', 'READINESS', true), check('queues', 'LIVENESS', true)]);
  expect(await health.ready()).toEqual({
    ok: true,
    fault: null,
    checks: [
      { name: 'store', ok: true, detail: 'store says so' },
      { name: 'queues', ok: true, detail: 'queues says so' },
    ],
  });
});

it('what only matters for being ready does not end a process', async () => {
  const health = new Health([check('store', 'READINESS', false), check('queues', 'LIVENESS', true)]);
  expect(await health.live()).toMatchObject({ ok: true, checks: [{ name: 'queues' }] });
  expect(await health.ready()).toMatchObject({ ok: false, fault: { name: 'store' } });
});

it('what is only told makes nothing fail', async () => {
  const health = new Health([check('workers', 'TOLD', false)]);
  expect(await health.ready()).toMatchObject({ ok: true, checks: [{ name: 'workers', ok: false }] });
});

it('the first fault is told first', async () => {
  const health = new Health([
    check('store', 'READINESS', true),
    check('journal', 'READINESS', false),
    check('clock', 'READINESS', false),
  ]);
  expect((await health.ready()).fault).toEqual({ name: 'journal', ok: false, detail: 'journal says so' });
});

it('a check that throws has failed', async () => {
  const broken: HealthCheck = {
    name: 'guard',
    matters: 'READINESS',
    ask: () => Promise.reject(new Error('Command timed out')),
  };
  expect(await new Health([broken]).ready()).toMatchObject({
    ok: false,
    fault: { detail: 'It could not be found out: Command timed out.' },
  });
});

it('the event loop of this process keeps up', () => {
  const loop = new EventLoopCheck();
  expect(loop.ask()).toMatchObject({ ok: true });
  loop.close();
});
