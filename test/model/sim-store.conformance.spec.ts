import { describeOperationStore } from '../conformance/operation-store/index.js';
import { SimRedis } from './sim-redis.js';
import { SimStore, type Line } from './sim-store.js';

/** Answers at once; with replies lost, each request is made twice, and the second answer is heard. */
function lineAt(repliesLost: boolean): Line {
  const ask = <T>(_step: string, request: () => T): Promise<T> => {
    if (repliesLost) request();
    return Promise.resolve(request());
  };
  const askSafely = async <T>(step: string, request: () => T) => ({
    answer: await ask(step, request),
    isSafe: true,
  });
  return { ask, askSafely };
}

describe('the operation store of the model', () => {
  describeOperationStore(({ clock, repliesLost = false }) => {
    const redis = new SimRedis(() => clock.now());
    return {
      store: new SimStore(redis, lineAt(repliesLost), clock),
      eventsOf: (id) => Promise.resolve(redis.events.filter((event) => event.operationId === id)),
      eventsNear: () => Promise.resolve([...redis.events]),
    };
  });
});
