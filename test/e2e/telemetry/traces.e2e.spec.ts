import { eventually, eventuallyTrue } from '../../support/eventually.js';
import { TraceReceiver, type ReceivedSpan } from '../../support/trace-receiver.js';
import { startWorld, STARTING_TAKES_MS, type World } from '../../support/world.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const OTHER_TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('the trace of an operation', () => {
  let receiver: TraceReceiver;
  let world: World;
  beforeAll(async () => {
    receiver = await TraceReceiver.open();
    world = await startWorld({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '100', LOG_LEVEL: 'debug' },
    });
  }, STARTING_TAKES_MS);
  afterAll(async () => {
    await world.stop();
    await receiver.close();
  }, STARTING_TAKES_MS);

  const run = async (planName: string, action: string, body: object, traceId: string): Promise<string> => {
    const plan = await world.api.planNamed(planName);
    const answer = await world.api.ask<{ id: string }>(
      'POST',
      `/v1/recovery-plans/${plan.id}/actions/${action}`,
      {
        body: { ...body, reason: 'a traced one' },
        headers: { traceparent: `00-${traceId}-${CALLER}-01`, 'x-request-id': `request-of-${planName}` },
      },
    );
    expect(answer.status).toBe(202);
    return answer.body.id;
  };

  const only = (spans: ReceivedSpan[], name: string): ReceivedSpan => {
    const found = spans.filter((span) => span.name === name);
    expect({ name, found: found.length }).toEqual({ name, found: 1 });
    return found[0]!;
  };

  it.each([
    { planName: 'erp-dr', traceId: TRACE, provider: 'sdrs', path: /\/server-groups\/[^/]+\/action$/ },
    { planName: 'erp-plan', traceId: OTHER_TRACE, provider: 'srm', path: /\/actions\/recovery$/ },
  ])(
    'goes from the request over the queue to the upstream and to the verdict, over both processes ($provider)',
    async ({ planName, traceId, provider, path }) => {
      const id = await run(planName, 'failover', { direction: 'TO_RECOVERY' }, traceId);
      const spans = await eventually('the verdict is traced', () => {
        const found = receiver.of(traceId);
        return found.some(({ name }) => name === 'verdict') ? found : null;
      });

      const request = only(spans, 'POST /v1/recovery-plans/:id/actions/failover');
      const accept = only(spans, 'accept');
      const submit = only(spans, 'submit');
      const verdict = only(spans, 'verdict');
      expect(request).toMatchObject({ parentSpanId: CALLER, process: 'api' });
      expect(request.attributes).toMatchObject({
        'http.response.status_code': 202,
        'dr_gateway.request_id': `request-of-${planName}`,
      });
      expect(accept).toMatchObject({ parentSpanId: request.spanId, process: 'api' });
      for (const name of ['queue wait', 'submit', 'watch', 'verdict']) {
        const span = only(spans, name);
        expect(span).toMatchObject({ parentSpanId: accept.spanId, process: 'worker' });
        expect(span.attributes).toMatchObject({
          'dr_gateway.operation': id,
          'dr_gateway.provider': provider,
          'dr_gateway.action': 'FAILOVER',
        });
        expect(span.endMs).toBeGreaterThanOrEqual(span.startMs);
      }
      const asked = spans.filter(({ parentSpanId }) => parentSpanId === submit.spanId);
      const sent = asked.filter(
        ({ name, attributes }) => name === 'POST' && path.test(String(attributes['url.path'])),
      );
      expect(sent).toHaveLength(1);
      expect(sent[0]).toMatchObject({ process: 'worker' });
      expect(verdict.attributes).toMatchObject({
        'dr_gateway.state': 'SUCCEEDED',
        'dr_gateway.outcome': 'FULL',
      });

      // The look that brought it is a trace of its own, in which the site was asked for all that runs there.
      expect(verdict.links).toHaveLength(1);
      const look = await eventually(
        'its look is traced',
        () => receiver.spans.find(({ spanId }) => spanId === verdict.links[0]?.spanId) ?? null,
      );
      expect(look).toMatchObject({ name: 'look', process: 'worker', parentSpanId: '' });
      expect(look.traceId).not.toBe(traceId);
      // None of it hangs in the air.
      const ids = new Set(spans.map(({ spanId }) => spanId));
      for (const { parentSpanId } of spans)
        expect(ids.has(parentSpanId) || parentSpanId === CALLER).toBe(true);
    },
    60_000,
  );

  it('is named by the lines of the log, beside the operation and its site', async () => {
    const traceId = '1af7651916cd43dd8448eb211c80319d';
    await world.sdrs.preset('rate-limited', { method: 'POST', path: '/action$', times: 1 });
    const id = await run('erp-dr', 'reprotect', {}, traceId);
    await world.api.ended(id);
    const lines = world.workers.flatMap(({ log }) =>
      log.split('\n').flatMap((text) => (text.startsWith('{') ? [JSON.parse(text) as object] : [])),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({
        operationId: id,
        siteId: 'eu-cloud',
        traceId,
        delivery: 'REFUSED',
        process: 'worker',
      }),
    );
  }, 60_000);

  it('is not told to upstreams, unless that is wanted', async () => {
    for (const site of ['sdrs', 'srm'] as const) {
      const asked = await world.simulator(site).requests();
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.filter(({ headers }) => 'traceparent' in headers)).toEqual([]);
    }
    await world.killWorkers();
    const told = await world.startWorker({ TRACE_UPSTREAMS: 'true' });
    await eventuallyTrue('one is told', async () =>
      (await world.sdrs.requests()).some(({ headers }) =>
        /^00-[0-9a-f]{32}-/.test(headers.traceparent ?? ''),
      ),
    );
    await told.stop();
  }, 60_000);
});
