import { eventuallyTrue } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';

/** A turn that lapses; the time it takes on a quiet machine stands in docs/guarantees.md. */
const TAKEOVER_MS = 45_000;
const TEST_MS = 180_000;

describe('a worker that is killed', () => {
  const world = useWorld({
    workers: 0,

    env: { SUBMIT_TIMEOUT_MS: '1000', QUARANTINE_MS: '500' },
  });

  /** The one that is killed hangs where `path` says; the other one has to go on. Milliseconds until it did. */
  async function killedAt(
    method: 'GET' | 'POST',
    path: string,
    left: 'PENDING' | 'SUBMITTING',
  ): Promise<number> {
    const { api, sdrs } = world();
    await world().reset();
    const plan = await api.planNamed('erp-dr');
    const { id } = await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
    await sdrs.fault({ kind: 'hang', when: 'after', method, path });
    const first = await world().startWorker();
    const isStruck = async () => (await sdrs.requests()).some(({ fault }) => fault !== null);
    await eventuallyTrue('it hangs there', isStruck);
    expect((await api.operation(id)).state).toBe(left);
    const begunAt = performance.now();
    await first.kill();
    const other = await world().startWorker();
    await api.operationWhen(id, 'it goes on', ({ state }) => state !== left, 2 * TAKEOVER_MS);
    const tookMs = performance.now() - begunAt;
    await eventuallyTrue('it is sent', async () => (await sdrs.executions()).length === 1);
    expect(await sdrs.changes()).toHaveLength(1);
    await other.kill();
    return tookMs;
  }

  it.each([
    ['before its send', 'GET', '/server-groups/[^/]+$', 'PENDING'],
    ['after its send', 'POST', '/server-groups/[^/]+/action$', 'SUBMITTING'],
  ] as const)(
    '%s: another one goes on, and nothing is sent twice',
    async (_when, method, path, left) => {
      expect(await killedAt(method, path, left)).toBeLessThan(TAKEOVER_MS);
    },
    TEST_MS,
  );
});
