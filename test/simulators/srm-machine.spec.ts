import { CANCEL_FROM, PLAN_MACHINE, PLAN_STATUSES } from '../../simulators/srm/transitions.js';
import { Bench, word } from './srm-bench.js';

/** The table of srm reference 4.4, written down a second time, by row instead of by column. */
const ACCEPTED: Record<string, string[]> = {
  READY_STATE: ['test', 'recovery'],
  TEST_IN_PROGRESS: ['cancel'],
  TEST_COMPLETE: ['cleanup'],
  TEST_INTERRUPTED: ['test', 'cleanup'],
  CLEANUP_IN_PROGRESS: ['cancel'],
  CLEANUP_INCOMPLETE: ['cleanup'],
  CLEANUP_INTERRUPTED: ['cleanup'],
  RECOVERY_IN_PROGRESS: ['cancel'],
  INCOMPLETE_RECOVERY: ['recovery'],
  RECOVERY_INTERRUPTED: ['recovery'],
  RECOVERY_SPLIT_BRAIN: ['recovery'],
  PARTIAL_RECOVERY: ['recovery'],
  DISASTER_RECOVERY_COMPLETE: ['recovery'],
  RECOVERY_COMPLETE: ['reprotect'],
  INCOMPLETE_REPROTECT: ['reprotect'],
  REPROTECT_INTERRUPTED: ['reprotect'],
  PARTIAL_REPROTECT: ['reprotect'],
  REPROTECT_IN_PROGRESS: ['cancel'],
  WAITING_FOR_USER_INPUT: ['cancel'],
};

const OPERATIONS = ['test', 'cleanup', 'recovery', 'reprotect', 'cancel'];

describe('the plan machine of the simulated SRM', () => {
  let bench: Bench;
  beforeAll(async () => (bench = await Bench.open()));
  afterAll(() => bench.close());

  const attempt = async (status: string, operation: string, remote: boolean) => {
    bench.sim.reset();
    await bench.logIn({ remote });
    await bench.control('PATCH', `/plans/${bench.plan('erp-plan').id}`, { status });
    return bench.start('erp-plan', operation);
  };

  it('knows 27 statuses', () => {
    expect(new Set(PLAN_STATUSES).size).toBe(27);
  });

  describe.each(PLAN_STATUSES)('in %s', (status) => {
    it.each(OPERATIONS)('takes or refuses %s as the table says', async (operation) => {
      const { status: code, body, text } = await attempt(status, operation, true);
      const executions = bench.sim.journal.executions().map(({ action }) => action);
      if (ACCEPTED[status]?.includes(operation)) {
        expect(code).toBe(operation === 'cancel' ? 204 : 202);
        expect(executions).toEqual([operation]);
        if (operation === 'cancel') expect(text).toBe('');
        else expect(body).toMatchObject({ status: 'QUEUED', entity: bench.plan('erp-plan').id });
      } else {
        expect(code).toBe(400);
        expect(body).toMatchObject({ error_code: 'WrongPlanState', op_id: expect.any(String) as string });
        expect(executions).toEqual([]);
      }
    });

    it.each(OPERATIONS)('refuses %s with 403 without the remote session', async (operation) => {
      const { status: code, body } = await attempt(status, operation, false);
      expect(code).toBe(403);
      expect(body).toMatchObject({ error_code: 'NotAuthenticated' });
      expect(bench.sim.journal.executions()).toEqual([]);
    });
  });

  it.each([
    ['test', 'TEST_IN_PROGRESS', 'TEST_COMPLETE'],
    ['recovery', 'RECOVERY_IN_PROGRESS', 'RECOVERY_COMPLETE'],
  ])('runs %s from %s to %s', async (action, running, end) => {
    bench.sim.reset();
    await bench.logIn();
    await bench.start('erp-plan', action);
    expect(await bench.status('erp-plan')).toBe(running);
    bench.advance(120_000);
    expect(await bench.status('erp-plan')).toBe(end);
  });

  it.each(
    Object.entries(PLAN_MACHINE).flatMap(([action, { from, running, ends }]) =>
      from.map((status) => [action, status, running, ends.succeeded] as const),
    ),
  )('takes %s from %s through %s to %s', async (action, status, running, end) => {
    expect((await attempt(status, action, true)).status).toBe(202);
    expect(await bench.status('erp-plan')).toBe(running);
    bench.advance(120_000);
    // A recovery without planned_failover, with both sites up, is a recovery in which both took part.
    expect(await bench.status('erp-plan')).toBe(end);
  });

  it('cancels only where something runs', () => {
    expect(
      Object.keys(ACCEPTED)
        .filter((status) => ACCEPTED[status]?.includes('cancel'))
        .sort(),
    ).toEqual([...CANCEL_FROM].sort());
  });

  it('refuses every action in a status nobody knows', async () => {
    for (const operation of OPERATIONS) {
      expect((await attempt('SOMETHING_NEW', operation, true)).status).toBe(400);
    }
  });

  it('finds out only in the task when refusalMode says so', async () => {
    bench.sim.reset({ settings: { refusalMode: 'taskError' } });
    await bench.logIn();
    const { status, body } = await bench.start('erp-plan', 'reprotect');
    expect(status).toBe(202);
    bench.advance(5_000);
    const task = (await bench.get(`/tasks/${word(body, 'id')}`)).body;
    expect(task).toMatchObject({ status: 'ERROR', error: { details: 'WrongPlanState' } });
    expect(bench.sim.journal.executions()).toEqual([]);
  });
});
