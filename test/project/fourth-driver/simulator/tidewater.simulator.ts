import type { FastifyError, FastifyInstance } from 'fastify';
import { number, orNull, text, object } from '../../../../simulators/engine/control-request.js';
import type { SimulatorDefinition } from '../../../../simulators/engine/simulator.js';
import { answerError, errorBody, Refusal } from './errors.js';
import { changeRoutes, readRoutes } from './routes.js';
import { finish, type Ended, type TidewaterSettings, type TidewaterState } from './work.js';
import { firstWorld } from './world.js';

export type { TidewaterSettings, TidewaterState } from './work.js';

/** A port authority, by the vendor's document. */
export const tidewaterSimulator: SimulatorDefinition<TidewaterState, TidewaterSettings> = {
  name: 'tidewater',
  defaultSettings: { token: 'tide-token-0001', jobMs: 20_000, nextTrouble: null },
  settingChecks: { token: text, jobMs: number(), nextTrouble: orNull(object) },
  traffic: {
    changes: { method: 'POST,PATCH,DELETE' },
    lists: { method: 'GET', path: '^/(groups|jobs)$' },
    accepted: 202,
  },
  presets: {},
  seed: firstWorld,
  happen: (simulator, { payload }) => finish(simulator.state, payload as unknown as Ended),
  routeOf: (path) => (path.startsWith('/_sim') ? null : { api: '3', path }),
  errorBody,

  routes(app, simulator) {
    void app.register((service: FastifyInstance, _options, done) => {
      service.setErrorHandler((error: FastifyError, _request, reply) => answerError(error, reply));
      service.addHook('onRequest', async ({ headers }) => {
        if (headers.authorization !== `Tide ${simulator.settings.token}`)
          throw new Refusal('NOT_ABOARD', 'The token is not known.');
      });
      readRoutes(service, simulator);
      changeRoutes(service, simulator);
      done();
    });
  },
};
