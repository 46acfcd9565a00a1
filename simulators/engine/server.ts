import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { SimulatorClock } from './clock.js';
import { controlRoutes } from './control.js';
import type { ActiveFault } from './faults.js';
import type { JournalEntry } from './journal.js';
import { Simulator, type SimulatorDefinition } from './simulator.js';
import { StateFile } from './state-file.js';
import { strikeAfter, strikeBefore } from './strikes.js';

export interface RunningSimulator<State extends object, Settings extends object> {
  readonly url: string;
  readonly port: number;
  readonly simulator: Simulator<State, Settings>;
  close(): Promise<void>;
}

export interface SimulatorOptions<Settings> {
  host?: string;
  /** 0 = any free port. */
  port?: number;
  /** true = time moves only when a test advances it. */
  paused?: boolean;
  seed?: number;
  settings?: Partial<Settings>;
  /** Where the world is kept between runs. Absent = nowhere. */
  stateFile?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    journalEntry?: JournalEntry;
    fault?: ActiveFault | null;
  }
}

/** Starts one simulated site on a port of its own. */
export async function startSimulator<State extends object, Settings extends object>(
  definition: SimulatorDefinition<State, Settings>,
  options: SimulatorOptions<Settings> = {},
): Promise<RunningSimulator<State, Settings>> {
  const simulator = new Simulator(definition, {
    clock: new SimulatorClock({ paused: options.paused ?? false }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  });
  const stateFile = options.stateFile
    ? new StateFile<State, Settings>(options.stateFile, definition.name)
    : null;
  const saved = stateFile?.read();
  if (saved) simulator.restore(saved);

  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: 1_048_576,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
  });
  acceptEmptyJson(app);
  simulator.routes.watch(app);
  app.addHook('onRequest', async (request, reply) => {
    simulator.settle();
    const path = request.url.split('?')[0] ?? '';
    if (path === '/_sim' || path.startsWith('/_sim/')) return;
    request.journalEntry = simulator.journal.open({
      at: simulator.clock.now(),
      method: request.method,
      path,
      query: request.query as Record<string, unknown>,
      headers: request.headers,
    });
    simulator.routes.hit(request);
    simulator.traffic.came(
      simulator.clock.now(),
      routeName(request),
      request.headers[definition.sessionHeader ?? '']?.toString(),
    );
    request.fault = simulator.faults.strike(request.method, path);
    if (request.fault) request.journalEntry.fault = `${request.fault.when ?? 'before'}:${request.fault.kind}`;
    if (request.fault && request.fault.when !== 'after') await strikeBefore(simulator, request.fault, reply);
  });
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.journalEntry) {
      request.journalEntry.body = withoutSecrets(request.body);
      simulator.routes.said(request);
    }
    done();
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.journalEntry) {
      request.journalEntry.status = reply.statusCode;
      simulator.routes.answered(request, reply.statusCode);
      if (reply.statusCode === 429) simulator.traffic.refused(simulator.clock.now());
      // The service lives in its own time, and says so.
      void reply.header('date', new Date(simulator.clock.now()).toUTCString());
    }
    stateFile?.write(simulator.snapshot());
    if (request.fault?.when === 'after')
      return strikeAfter(simulator, request.fault, request, reply, payload);
    return payload;
  });
  controlRoutes(app, simulator);
  definition.routes(app, simulator);

  await app.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://${options.host ?? '127.0.0.1'}:${port}`,
    port,
    simulator,
    close: async () => {
      stateFile?.write(simulator.snapshot());
      await app.close();
    },
  };
}

/** As it is registered, so that one route is one line however many ids it is asked with. */
function routeName({ method, routeOptions, url }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? url.split('?')[0] ?? ''}`;
}

/** Real clients send `Content-Type: application/json` with no body on POST, GET and DELETE. */
function acceptEmptyJson(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    const text = String(body).trim();
    if (text === '') return done(null, undefined);
    try {
      done(null, JSON.parse(text));
    } catch {
      done(
        Object.assign(new Error('The body is not JSON.'), { statusCode: 400, code: 'NOT_JSON' }),
        undefined,
      );
    }
  });
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null, undefined));
}

/** Bodies carry passwords only in log-ins; the journal keeps everything else as it came. */
function withoutSecrets(body: unknown): unknown {
  if (body === undefined || body === null) return body ?? null;
  return JSON.parse(
    JSON.stringify(body, (key, value: unknown) =>
      /password|secret|passcode/i.test(key) && typeof value === 'string' ? '[secret]' : value,
    ),
  ) as unknown;
}
