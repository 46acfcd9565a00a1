import { isoTime } from '../../../src/platform/clock.js';
import { HookReceiver } from '../../support/hook-receiver.js';
import { redisForThisFile } from '../support/redis.js';
import { Hooks } from './hooks.js';

const the = redisForThisFile();
const ONE = 'alpha.0192f0c1-7a3e-7cc0-8000-000000000001';
const TWO = 'alpha.0192f0c1-7a3e-7cc0-8000-000000000002';
const HOUR_MS = 3_600_000;
let hooks: Hooks;
let receiver: HookReceiver;

beforeEach(async () => {
  hooks = new Hooks(the.redis);
  receiver = await HookReceiver.start();
});
afterEach(() => receiver.stop());

const now = (): string => isoTime(hooks.clock.now());

/** What the webhook was sent of what it missed, after everything that is due. */
async function told(id: string) {
  await hooks.sweeper.sweep();
  await hooks.rounds().round(id);
  return receiver.received.map(({ event }) => event).filter(({ type }) => type === 'webhook.events-missed');
}

function data(id: string, fromTime: string, untilTime: string, droppedDeliveries = 0) {
  const text = expect.stringContaining('not told') as string;
  return { subject: id, data: { webhookId: id, fromTime, untilTime, droppedDeliveries, text } };
}

describe('a webhook that is enabled again', () => {
  it('is told from the first event that found its line full, however late that came', async () => {
    hooks = new Hooks(the.redis, { mostWaiting: 4 });
    const id = await hooks.webhook(receiver.url);
    await hooks.tell(3, ONE);
    hooks.clock.advance(1_000);
    const late = [hooks.fed(TWO, 1), hooks.fed(TWO, 2)];
    const lateTime = now();
    hooks.clock.advance(2 * HOUR_MS);
    await hooks.handle(...late);
    expect((await hooks.service.get(id)).webhook.disabled).toMatchObject({ reason: 'BACKLOG', time: now() });
    hooks.clock.advance(HOUR_MS);
    await hooks.service.update(id, { disabled: false });
    expect(await told(id)).toMatchObject([data(id, lateTime, now())]);
  });

  it('is told from events of before it was disabled that came only afterwards, if it asks for them', async () => {
    const id = await hooks.webhook(receiver.url, { siteIds: ['alpha'] });
    const other = hooks.fed(ONE.replace('alpha', 'beta'), 1);
    hooks.clock.advance(1_000);
    const [first, second] = [hooks.fed(ONE, 1), hooks.fed(TWO, 1)];
    const firstTime = now();
    hooks.clock.advance(HOUR_MS);
    await hooks.service.update(id, { disabled: true });
    await hooks.handle(other, first, second);
    await hooks.service.update(id, { disabled: false });
    expect(await told(id)).toMatchObject([data(id, firstTime, now())]);
  });

  it('is told from when it was disabled, if nothing came late', async () => {
    const id = await hooks.webhook(receiver.url);
    await hooks.service.update(id, { disabled: true });
    const disabledTime = now();
    hooks.clock.advance(HOUR_MS);
    await hooks.tell(2, ONE);
    await hooks.service.update(id, { disabled: false });
    expect(await told(id)).toMatchObject([data(id, disabledTime, now())]);
  });

  it.each(['keepHealth', 'take'] as const)('is told although %s failed just then, and once', async (word) => {
    const id = await hooks.webhook(receiver.url);
    await hooks.service.update(id, { disabled: true });
    const disabledTime = now();
    hooks.clock.advance(HOUR_MS);
    const healthy = hooks.deliveries[word].bind(hooks.deliveries);
    Object.assign(hooks.deliveries, { [word]: () => Promise.reject(new Error('the store is away')) });
    await expect(hooks.service.update(id, { disabled: false })).rejects.toThrow('away');
    Object.assign(hooks.deliveries, { [word]: healthy });
    const enabledTime = now();
    hooks.clock.advance(HOUR_MS);
    const [notice, more] = await told(id);
    expect(notice).toMatchObject(data(id, disabledTime, enabledTime));
    expect(more).toBeUndefined();
    expect((await hooks.service.get(id)).webhook.missed).toBeNull();
    expect(await told(id)).toHaveLength(1);
  });

  it('is told once by one who ended between telling and writing that down, and by those who go on', async () => {
    const id = await hooks.webhook(receiver.url);
    await hooks.service.update(id, { disabled: true });
    const noteTold = hooks.lines.noteTold.bind(hooks.lines);
    hooks.lines.noteTold = () => Promise.reject(new Error('the store is away'));
    await expect(hooks.service.update(id, { disabled: false })).rejects.toThrow('away');
    hooks.lines.noteTold = noteTold;
    hooks.clock.advance(HOUR_MS);
    await Promise.all([hooks.sweeper.sweep(), hooks.sweeper.sweep()]);
    expect(await told(id)).toHaveLength(1);
    hooks.clock.advance(HOUR_MS);
    expect(await told(id)).toHaveLength(1);
  });
});

it('who was told of more is not told of less again', async () => {
  const id = await hooks.webhook(receiver.url);
  await hooks.tell(5, ONE);
  await hooks.lines.drop(id, hooks.clock.now(), { count: 2 });
  await hooks.lines.noteTold(id, 3);
  await hooks.lines.noteTold(id, 1);
  expect(await hooks.lines.dropped(id)).toMatchObject({ total: 3, untold: 0 });
});

describe('when events are gone before they were told', () => {
  it('every webhook is told from when, whatever it asks for, once', async () => {
    const [all, some] = [
      await hooks.webhook(receiver.url),
      await hooks.webhook(receiver.url, { siteIds: ['beta'], eventTypes: ['operation.failed'] }),
    ];
    hooks.clock.advance(HOUR_MS);
    const lastTime = now();
    const after = `${hooks.clock.now()}-7`;
    hooks.clock.advance(HOUR_MS);
    for (let i = 0; i < 2; i += 1) await hooks.fanOut.onGap(3, after);
    await hooks.rounds().round(all);
    const notices = await told(some);
    expect(notices).toHaveLength(2);
    for (const id of [all, some])
      expect(notices).toContainEqual(expect.objectContaining(data(id, lastTime, now())));
  });

  it('one that was told nothing yet is told from when it was created', async () => {
    const createdTime = now();
    const id = await hooks.webhook(receiver.url);
    hooks.clock.advance(HOUR_MS);
    await hooks.fanOut.onGap(3, '0');
    expect(await told(id)).toMatchObject([data(id, createdTime, now())]);
  });

  it('one that is disabled is told of it when it is enabled', async () => {
    const id = await hooks.webhook(receiver.url);
    hooks.clock.advance(HOUR_MS);
    const lastTime = now();
    hooks.clock.advance(HOUR_MS);
    await hooks.service.update(id, { disabled: true });
    await hooks.fanOut.onGap(3, `${Date.parse(lastTime)}-0`);
    expect(await told(id)).toEqual([]);
    await hooks.service.update(id, { disabled: false });
    expect(await told(id)).toMatchObject([data(id, lastTime, now())]);
  });
});

it('while long lines are cut, the next events are put in line', async () => {
  const id = await hooks.webhook(receiver.url);
  let release: () => void = () => undefined;
  hooks.bounds.grew = () => new Promise((resolve) => (release = resolve));
  await hooks.fanOut.handle([hooks.fed(ONE, 1)]);
  await hooks.fanOut.handle([hooks.fed(ONE, 2)]);
  expect(await hooks.log(id)).toHaveLength(2);
  release();
});
