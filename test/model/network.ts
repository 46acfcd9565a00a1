import { TransportError } from '../../src/platform/http/transport-error.js';
import type { UpstreamRequest, UpstreamResponse } from '../../src/platform/http/upstream-http.js';
import type { Chance } from './chance.js';
import type { Context, Gate, Machine } from './runtime.js';
import type { SimProcess } from './sim-process.js';
import type { Timeline } from './timeline.js';
import type { Trace } from './trace.js';
import type { Wire, WireAnswer } from './wire.js';

/** How bad the way to the upstream is. Shares of requests. */
export interface Weather {
  /** Reads that fail, in one way or another. */
  badReads: number;
  refusedConnections: number;
  slow: number;
  /** How long a slow request waits in front of the service before it is looked at. */
  slowMs: number;
  /** Requests that never arrive. */
  lostRequests: number;
  lostAnswers: number;
  /** Answers in which something in between speaks: a proxy's page, half a body, an error in a 200. */
  spoiltAnswers: number;
  /** From, to: nobody can connect. */
  outages: readonly (readonly [number, number])[];
  /** A process that freezes between its last check and the write: what no client can exclude. */
  frozenWrites: number;
}

/** A request that left a process. */
export interface Sent {
  operationId: string | null;
  writtenMs: number;
}

export class Network implements Machine {
  /** Told of every state-changing request at the instant of its write. */
  onWrite: (sent: Sent) => void = () => undefined;
  /** State-changing requests that have not come to their end. */
  underWay = 0;

  constructor(
    readonly timeline: Timeline,
    readonly chance: Chance,
    private readonly trace: Trace,
    private readonly wire: Wire,
    private readonly weather: () => Weather,
  ) {}

  read(_host: string, request: UpstreamRequest, { process }: Context): Promise<UpstreamResponse> {
    const { badReads } = this.weather();
    process.reads += 1;
    return process.call(
      'read',
      () => {
        process.reads -= 1;
        if (this.isDown()) throw new TransportError('CONNECT', 'connection refused');
        if (this.chance.happens(badReads)) return this.badAnswer();
        return asResponse(this.wire.answer(request, null));
      },
      this.chance.between(4, 120),
    );
  }

  async submit(
    _host: string,
    request: UpstreamRequest,
    gate: Gate,
    timeoutMs: number,
    { process, operationId }: Context,
  ): Promise<UpstreamResponse> {
    const { refusedConnections, frozenWrites } = this.weather();
    await process.call(
      'connect',
      () => {
        if (this.isDown() || this.chance.happens(refusedConnections)) {
          throw new TransportError('CONNECT', 'connection refused');
        }
      },
      this.chance.between(2, 300),
    );
    await gate.confirm?.();
    gate.open();
    if (this.chance.happens(frozenWrites)) {
      process.freeze('write');
      await process.sleep(0);
    }
    return this.exchange(process, request, operationId, timeoutMs);
  }

  private exchange(
    process: SimProcess,
    request: UpstreamRequest,
    operationId: string | null,
    timeoutMs: number,
  ): Promise<UpstreamResponse> {
    const { chance, timeline, trace } = this;
    const weather = this.weather();
    this.onWrite({ operationId, writtenMs: timeline.now });
    trace.say(() => `${process.name} writes the request of ${operationId}`);
    const fate = process.fateAt('write');
    if (fate.startsWith('CRASH')) process.die('write');
    if (fate.startsWith('FREEZE')) process.freeze('write');
    return new Promise((resolve, reject) => {
      const late = (): void =>
        process.goOn(() => reject(new TransportError('EXCHANGE', 'no answer in time', { timedOut: true })));
      timeline.after(timeoutMs, late);
      if (chance.happens(weather.lostRequests)) {
        trace.say(() => `the request of ${operationId} is lost`);
        if (chance.happens(0.5))
          timeline.after(chance.between(1, 5_000), () => process.goOn(() => reject(reset())));
        return;
      }
      const waitMs = chance.happens(weather.slow)
        ? chance.between(0, weather.slowMs)
        : chance.between(1, 200);
      this.underWay += 1;
      timeline.after(waitMs, () => {
        this.underWay -= 1;
        const answer = this.wire.answer(request, operationId);
        trace.say(
          () => `the upstream answers ${operationId} with ${answer.status} ${JSON.stringify(answer.json)}`,
        );
        if (chance.happens(weather.lostAnswers)) {
          trace.say(() => `the answer to ${operationId} is lost`);
          if (chance.happens(0.5))
            timeline.after(chance.between(1, 5_000), () => process.goOn(() => reject(reset())));
          return;
        }
        const heard = chance.happens(weather.spoiltAnswers) ? this.spoilt() : asResponse(answer);
        if (heard.status !== answer.status || heard.json === undefined) {
          trace.say(() => `what arrives is ${heard.status} ${heard.text}`);
        }
        timeline.after(chance.between(1, 200), () => process.goOn(() => resolve(heard)));
      });
    });
  }

  private isDown(): boolean {
    const { now } = this.timeline;
    return this.weather().outages.some(([from, to]) => now >= from && now < to);
  }

  private badAnswer(): UpstreamResponse {
    if (this.chance.happens(0.5))
      throw new TransportError('EXCHANGE', 'no answer in time', { timedOut: true });
    return this.spoilt();
  }

  /** What is heard instead, whatever the service said. */
  private spoilt(): UpstreamResponse {
    return this.chance.oneOf([
      text(502, '<html><body>Bad Gateway</body></html>'),
      text(504, ''),
      text(503, '<html>'),
      asResponse({ status: 500, json: { error: { code: 'SDRS.0013', message: 'Internal error.' } } }),
      asResponse({ status: 503, json: { error_code: 'APIGW.0613', error_msg: 'Unavailable.' } }),
      text(200, '{"job_id": "job'),
      text(200, ''),
      asResponse({ status: 200, json: { error: { code: 'SDRS.0201', message: 'It is a bad request.' } } }),
      text(408, ''),
      text(302, ''),
      text(404, '<html>not found</html>'),
    ]);
  }
}

function reset(): TransportError {
  return new TransportError('EXCHANGE', 'socket hang up');
}

function text(status: number, body: string): UpstreamResponse {
  return { status, headers: {}, text: body, json: undefined };
}

function asResponse({ status, json, headers = {} }: WireAnswer): UpstreamResponse {
  return { status, headers, text: json === undefined ? '' : '{…}', json };
}
