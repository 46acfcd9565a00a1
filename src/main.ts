import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule } from './api.module.js';
import { openApiDocument, serveDocs } from './api/docs/openapi.js';
import { allowOrigins } from './api/http/cross-origin.js';
import { innerPort } from './api/http/inner-port.js';
import { loadLimits } from './api/http/load-lanes.js';
import { shedLoad } from './api/http/load-shedding.js';
import { fastifyOptions, tuneServer } from './api/http/server.js';
import { endOnSignals } from './ending.js';
import { FrameworkLog } from './platform/log/framework-log.js';
import { Metrics } from './platform/metrics.js';
import { startTracing } from './platform/tracing/start-tracing.js';
import {
  checkStore,
  endWithStore,
  listen,
  loadConfiguration,
  openStore,
  run,
  tellReady,
  tracingSettings,
} from './start-up.js';

/** Requests in progress get their answers; streams are ended. */
const ENDING_TAKES_MS = 40_000;

/** The API process. */
run(async () => {
  const { environment, sites, access, log } = loadConfiguration('api');
  const endTracing = await startTracing(tracingSettings(environment), 'api', log);
  await checkStore(environment, log);
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.with(environment, sites, log, access),
    new FastifyAdapter(fastifyOptions),
    { logger: new FrameworkLog(log), abortOnError: false, bodyParser: false },
  );
  await openStore(app);
  tuneServer(app, app.get(Metrics), environment);
  const fastify = app.getHttpAdapter().getInstance();
  const inner = environment.innerPort === null ? null : innerPort(fastify);
  allowOrigins(app, environment.corsOrigins);
  const metrics = app.get(Metrics);
  const shed = metrics.counter({
    name: 'drgw_http_requests_shed_total',
    help: 'Requests that were turned away because too much was asked, by the lane of the request.',
    labelNames: ['lane'],
  });
  const limits = loadLimits(environment.maxRequestsInFlight);
  const places = shedLoad(fastify, limits, (lane) => shed({ lane }));
  metrics.gauge(
    {
      name: 'drgw_http_places',
      help: 'Requests of a lane that are answered at a time: fewer while the process is slow.',
      labelNames: ['lane'],
    },
    () => Object.entries(places()).map(([lane, value]) => ({ value, labels: { lane } })),
  );
  serveDocs(app, () => openApiDocument(app));
  await listen(app, environment);
  const innerUrl = await inner?.listen(environment.innerPort ?? 0, environment.host);
  endWithStore(
    app,
    endOnSignals(() => app.close().finally(endTracing), { log, limitMs: ENDING_TAKES_MS }),
  );
  log.info(
    { url: await app.getUrl(), ...(innerUrl && { innerUrl }), sites: sites.map((site) => site.id) },
    'the API listens',
  );
  tellReady();
});
