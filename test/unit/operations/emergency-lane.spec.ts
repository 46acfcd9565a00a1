import { OperationsService } from '../../../src/operations/operations.service.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { newGroup } from '../../../src/providers/memory/memory.seed.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { bells } from '../support/doorbell-workers.js';
import { LongWork } from '../support/long-work.js';
import { command } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();
const DRILLS = 500;
/** As many as one site is sent at the same time. */
const SENT_TOGETHER = 16;
const AT_ONCE = 25;
const TAKES_MS = 120_000;

it(
  'sends a failover before five hundred drills of the same site that were accepted earlier',
  async () => {
    const work = new LongWork(the.redis);
    const { world, siteId, provider } = work.site;
    const { doorbells, workers, close } = bells(the, (id) => work.runner.submit(id));
    const service = new OperationsService(
      work.store,
      new ProviderRegistry([provider]),
      doorbells,
      work.clock,
    );
    const accept = async (action: 'START_DRILL' | 'FAILOVER', plan: string): Promise<void> => {
      const direction = action === 'FAILOVER' ? 'TO_RECOVERY' : null;
      const request = work.request(command({ action, targetNativeId: plan, direction }));
      await service.accept(request, { keyHash: `${siteId}-${plan}`, fingerprint: 'f' });
    };
    try {
      const plans = Array.from({ length: DRILLS }, (_, n) => `plan-${n}`);
      for (const [n, id] of plans.entries()) {
        const groupId = `group-${n}`;
        world.groups.set(groupId, newGroup(groupId, { now: world.now }));
        world.plans.set(id, { id, name: id, word: 'ready', groupIds: [groupId] });
      }
      for (let n = 0; n < DRILLS; n += AT_ONCE) {
        await Promise.all(plans.slice(n, n + AT_ONCE).map((plan) => accept('START_DRILL', plan)));
      }
      await accept('FAILOVER', 'move-books');
      workers.start();
      await workers.ready();
      const sent = (): string[] => world.executions.map(({ action }) => action);
      await eventuallyTrue('the failover is sent', () => sent().includes('FAILOVER'), TAKES_MS);
      expect(sent().indexOf('FAILOVER')).toBeLessThan(SENT_TOGETHER);
    } finally {
      await close();
    }
  },
  TAKES_MS,
);
