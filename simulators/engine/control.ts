import type { FastifyError, FastifyInstance } from 'fastify';
import {
  ControlRefusal,
  fields,
  flag,
  number,
  object,
  readBody,
  required,
  whole,
} from './control-request.js';
import { readRule } from './fault-request.js';
import { FAULT_KINDS } from './faults.js';
import { Presets } from './presets.js';
import { withSettings } from './settings.js';
import type { Simulator } from './simulator.js';

/**
 * The control API, below `/_sim/`: what a test or a curious person may do to a simulated site.
 * It is never part of the simulated service and needs no credentials: bind it to loopback.
 * What it does not understand it answers with 400 `{message, field}`.
 */
export function controlRoutes<State extends object, Settings extends object>(
  root: FastifyInstance,
  simulator: Simulator<State, Settings>,
): void {
  void root.register(async (app) => {
    app.setErrorHandler((error: FastifyError, _request, reply) => {
      const field = error instanceof ControlRefusal ? error.field : null;
      return reply.code(error.statusCode ?? 500).send({ message: error.message, field });
    });
    worldControls(app, simulator);
    timeControls(app, simulator);
    faultControls(app, simulator);
    recordControls(app, simulator);
    simulator.definition.controls?.(app, simulator);
  });
}

function worldControls<State extends object, Settings extends object>(
  app: FastifyInstance,
  simulator: Simulator<State, Settings>,
): void {
  const { settingChecks } = simulator.definition;
  app.get('/_sim', () => ({
    simulator: simulator.definition.name,
    now: new Date(simulator.clock.now()).toISOString(),
    paused: simulator.clock.paused,
    settings: simulator.settings,
    pending: simulator.pending(),
    faults: simulator.faults.list(),
  }));

  app.get('/_sim/state', () => simulator.state);

  app.post('/_sim/reset', (request) => {
    const wanted = readBody(request.body, {
      seed: whole(),
      settings: fields(settingChecks),
      state: object,
    });
    simulator.reset(wanted as { seed?: number; settings?: Partial<Settings>; state?: State });
    return { reset: true };
  });

  app.get('/_sim/settings', () => simulator.settings);
  app.patch('/_sim/settings', (request) => {
    const change = readBody(request.body, settingChecks) as Partial<Settings>;
    simulator.settings = withSettings(simulator.settings, change);
    return simulator.settings;
  });
}

function timeControls(app: FastifyInstance, simulator: Simulator): void {
  const now = () => ({
    now: new Date(simulator.clock.now()).toISOString(),
    paused: simulator.clock.paused,
  });

  app.post('/_sim/advance', (request) => {
    const { ms } = readBody(request.body, { ms: number() });
    simulator.clock.advance(required(ms, 'ms'));
    simulator.settle();
    return now();
  });

  app.patch('/_sim/clock', (request) => {
    const { paused } = readBody(request.body, { paused: flag });
    if (required(paused, 'paused')) simulator.clock.pause();
    else simulator.clock.resume();
    return now();
  });
}

function faultControls<State extends object, Settings extends object>(
  app: FastifyInstance,
  simulator: Simulator<State, Settings>,
): void {
  const presets = new Presets(simulator);
  app.get('/_sim/presets', () => ({ presets: presets.list(), kinds: FAULT_KINDS }));

  app.post('/_sim/faults', (request, reply) => {
    const { preset, ...given } = object(request.body, 'the body');
    void reply.code(201);
    if (preset === undefined) return simulator.faults.add(readRule(given));
    return { preset, ...presets.apply(preset, given) };
  });

  app.get('/_sim/faults', () => simulator.faults.list());

  app.delete('/_sim/faults', (_request, reply) => {
    simulator.faults.clear();
    return reply.code(204).send();
  });
}

function recordControls(app: FastifyInstance, simulator: Simulator): void {
  app.get<{ Querystring: { method?: string; path?: string; after?: string } }>(
    '/_sim/journal',
    (request) => ({
      requests: simulator.journal.requests({ ...request.query, after: Number(request.query.after ?? 0) }),
      executions: simulator.journal.executions(),
    }),
  );

  app.delete('/_sim/journal', (_request, reply) => {
    simulator.journal.clear();
    simulator.routes.clear();
    simulator.traffic.clear();
    return reply.code(204).send();
  });

  app.get('/_sim/traffic', () => simulator.traffic.view(simulator.clock.now()));

  app.get('/_sim/routes', () => ({
    routes: simulator.routes.list(),
    strays: simulator.routes.strays(),
  }));
}
