import { askedOnce, judging } from '../../../src/providers/judgement.js';
import { laneNow } from '../../../src/providers/lanes.js';

const site = {};

function asker() {
  let asked = 0;
  return {
    ask: () => Promise.resolve((asked += 1)),
    fail: () => Promise.reject(new Error(String((asked += 1)))),
    asked: () => asked,
  };
}

describe('questions in a judgement', () => {
  it('are asked once, whether they are asked one after the other or at once', async () => {
    const { ask, asked } = asker();
    await judging(async () => {
      await Promise.all([askedOnce(site, 'plans', ask), askedOnce(site, 'plans', ask)]);
      expect(await askedOnce(site, 'plans', ask)).toBe(1);
    });
    expect(asked()).toBe(1);
  });

  it('are other questions in other words, to other sites and in other judgements', async () => {
    const { ask, asked } = asker();
    await judging(async () => {
      await askedOnce(site, 'plans', ask);
      await askedOnce(site, 'groups', ask);
      await askedOnce({}, 'plans', ask);
    });
    await judging(() => askedOnce(site, 'plans', ask));
    expect(asked()).toBe(4);
  });

  it('are asked again after a failure', async () => {
    const { ask, fail } = asker();
    await judging(async () => {
      await expect(askedOnce(site, 'plans', fail)).rejects.toThrow('1');
      expect(await askedOnce(site, 'plans', ask)).toBe(2);
    });
  });

  it('are asked each time outside of one', async () => {
    const { ask, asked } = asker();
    await askedOnce(site, 'plans', ask);
    await askedOnce(site, 'plans', ask);
    expect(asked()).toBe(2);
  });

  it('are a person waiting, not an action', async () => {
    expect(await judging(() => Promise.resolve(laneNow()))).toBe('INTERACTIVE');
  });
});
