import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import type {
  DeliveryDetailDto,
  DeliveryListDto,
  WebhookDto,
  WebhookWithSecretDto,
} from '../../../src/api/dto/webhooks.dto.js';
import { eventually, eventuallyTrue } from '../../support/eventually.js';
import { HookReceiver, isVerified } from '../../support/hook-receiver.js';
import { useWorld } from '../../support/world.js';

const TAKEOVER_MS = 60_000;
const TEST_MS = 90_000;

describe('webhooks', () => {
  const world = useWorld({
    env: { WEBHOOK_ALLOW_PRIVATE: 'true', WEBHOOK_RETRY_SCHEDULE_MS: '50,100,200,400,800' },
  });
  let receiver: HookReceiver;
  beforeEach(async () => {
    receiver = await HookReceiver.start();
    await world().reset();
  });
  afterEach(() => receiver.stop());

  async function subscribe(wishes: object = {}): Promise<WebhookWithSecretDto> {
    const body = { url: receiver.url, ...wishes };
    const made = await world().api.ask<WebhookWithSecretDto>('POST', '/v1/webhooks', { body });
    expect(made.status).toBe(201);
    return made.body;
  }

  async function failOver(plan: string): Promise<OperationDto> {
    const { id } = await world().api.planNamed(plan);
    return world().api.run(id, 'failover', { direction: 'TO_RECOVERY', reason: 'incident 4711' });
  }

  function ending(id: string): boolean {
    return receiver.received.some(
      ({ event }) => event.subject === id && event.type === 'operation.succeeded',
    );
  }

  function log(id: string, query = ''): Promise<DeliveryListDto> {
    return world().api.read<DeliveryListDto>(`/v1/webhooks/${id}/deliveries?pageSize=200${query}`);
  }

  it('tell every event of both sites, in order and signed, as the operation’s own stream has them', async () => {
    const { id, secret } = await subscribe();
    const operations = [await failOver('erp-dr'), await failOver('erp-plan')];
    for (const operation of operations) {
      const ended = await world().api.succeeded(operation);
      await eventuallyTrue('its end was told', () => ending(operation.id));
      const sequences = Array.from({ length: ended.version }, (_, i) => i + 1);
      expect(receiver.sequences(operation.id)).toEqual(sequences);
    }
    expect(receiver.received.filter((got) => !isVerified(got, secret))).toEqual([]);
    const [first] = receiver.received;
    expect(first?.headers['content-type']).toMatch(/^application\/cloudevents\+json/);
    expect(first?.event).toMatchObject({
      specversion: '1.0',
      id: first?.id,
      type: 'operation.accepted',
      data: { state: 'PENDING', action: 'FAILOVER', requestedBy: 'admin' },
    });
    await eventuallyTrue('the log has them all', async () => {
      const { items } = await log(id, '&state=DELIVERED');
      return items.length === receiver.received.length;
    });
  });

  it('tell only what was asked for', async () => {
    await subscribe({ eventTypes: ['operation.succeeded'], siteIds: ['berlin-dc'] });
    const [there, here] = [await failOver('erp-dr'), await failOver('erp-plan')];
    await Promise.all([world().api.succeeded(there), world().api.succeeded(here)]);
    await receiver.until(1);
    expect(receiver.received.map(({ event }) => [event.type, event.subject])).toEqual([
      ['operation.succeeded', here.id],
    ]);
  });

  it('try again what was refused, with the same id, and nothing overtakes it', async () => {
    const { id } = await subscribe();
    let left = 3;
    receiver.answer = () => ({ status: (left -= 1) >= 0 ? 500 : 204 });
    const operation = await failOver('erp-dr');
    await world().api.succeeded(operation);
    await eventuallyTrue('its end was told', () => ending(operation.id));
    const sequences = receiver.sequences(operation.id);
    expect(sequences.slice(0, 5)).toEqual([1, 1, 1, 1, 2]);
    expect([...sequences].sort((a, b) => a - b)).toEqual(sequences);
    expect(new Set(receiver.received.slice(0, 4).map((got) => got.id)).size).toBe(1);
    const { items } = await log(id);
    const first = await world().api.read<DeliveryDetailDto>(
      `/v1/webhooks/${id}/deliveries/${items.at(-1)?.id}`,
    );
    expect(first.attempts.map(({ responseStatus }) => responseStatus)).toEqual([500, 500, 500, 204]);
  });

  it('are disabled by 410, and enabled, tested and redelivered by people', async () => {
    const { id } = await subscribe({ eventTypes: ['operation.succeeded'] });
    receiver.answer = () => ({ status: 410 });
    await world().api.succeeded(await failOver('erp-dr'));
    const gone = await eventually('it is disabled', async () => {
      const webhook = await world().api.read<WebhookDto>(`/v1/webhooks/${id}`);
      return webhook.disabled ? webhook : null;
    });
    expect(gone.disabledReason).toBe('GONE');
    receiver.answer = () => ({ status: 200 });
    await world().api.ask('PATCH', `/v1/webhooks/${id}`, { body: { disabled: false } });
    const [failed] = (await log(id, '&state=FAILED')).items;
    await world().api.ask('POST', `/v1/webhooks/${id}/deliveries/${failed?.id}/redeliver`);
    await world().api.ask('POST', `/v1/webhooks/${id}/test`);
    await receiver.until(4);
    expect(receiver.received.map(({ event }) => event.type).sort()).toEqual([
      'operation.succeeded',
      'operation.succeeded',
      'webhook.events-missed',
      'webhook.test',
    ]);
    expect(new Set(receiver.received.map((got) => got.id)).size).toBe(3);
  });

  it('are not held up by one that hangs', async () => {
    const hanging = await HookReceiver.start();
    hanging.answer = () => ({ hang: true });
    await subscribe({ url: hanging.url });
    await subscribe();
    const operation = await failOver('erp-dr');
    await world().api.succeeded(operation);
    await eventuallyTrue('its end was told', () => ending(operation.id), 5_000);
    expect(hanging.received.length).toBe(1);
    await hanging.stop();
  });

  it(
    'go on in order when the worker is killed in mid-delivery: at least once',
    async () => {
      await subscribe();
      const { api } = world();
      let hanging = true;
      receiver.answer = ({ event }) => (hanging && event.sequence === 2 ? { hang: true } : { status: 204 });
      const operation = await failOver('erp-dr');
      await eventuallyTrue('a delivery is under way', () => receiver.sequences(operation.id).includes(2));
      // Who dies between an intent and its answer leaves a question: that is another story.
      await api.inState(operation.id, 'RUNNING', 'SUCCEEDED');
      await world().killWorkers();
      hanging = false;
      await world().startWorker();
      await api.ended(operation.id, TAKEOVER_MS);
      await eventuallyTrue('its end was told', () => ending(operation.id), TAKEOVER_MS);
      const sequences = receiver.sequences(operation.id);
      expect([...sequences].sort((a, b) => a - b)).toEqual(sequences);
      const { version } = await api.operation(operation.id);
      expect([...new Set(sequences)]).toEqual(Array.from({ length: version }, (_, i) => i + 1));
    },
    TEST_MS,
  );
});

describe('webhooks without leave for private addresses', () => {
  const world = useWorld({ sites: [] });

  it('do not point to this machine', async () => {
    // A process that has only just begun may turn requests away.
    await eventually('it is refused', async () => {
      const asked = { body: { url: 'https://127.0.0.1/' } };
      const { status, body } = await world().api.refused('POST', '/v1/webhooks', asked);
      if (status === 503) return null;
      expect(body).toMatchObject({ code: 'invalid-request', errors: [{ pointer: '/url' }] });
      return body;
    });
  });
});
