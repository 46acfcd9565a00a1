import { Readable } from 'node:stream';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import type { SimulatorDefinition } from '../engine/simulator.js';
import { attachmentRoutes } from './attachments.routes.js';
import { sdrsControls } from './controls.js';
import { drillRoutes } from './drills.routes.js';
import { answerError, bodyForStatus, refusalOf, unpublishedApi } from './errors.js';
import { admit, throttle } from './gateway.js';
import { groupRoutes } from './groups.routes.js';
import { hardwareRoutes } from './hardware.routes.js';
import { iamRoutes } from './iam.routes.js';
import { instanceRoutes } from './instances.routes.js';
import { jobEvent } from './jobs.js';
import { pairRoutes } from './pairs.routes.js';
import { PRESETS, TRAFFIC } from './presets.js';
import { seedWorld } from './seed.js';
import { serviceRoutes, versionRoutes } from './service.routes.js';
import { SETTING_CHECKS } from './setting-checks.js';
import { DEFAULT_SETTINGS, type SdrsSettings } from './settings.js';
import { sha256 } from './signing.js';
import { tagRoutes } from './tags.routes.js';
import { taskRoutes } from './tasks.routes.js';
import { isFields } from './validation.js';
import type { Sdrs, SdrsState } from './world.js';

export type { SdrsSettings } from './settings.js';
export type { SdrsState } from './world.js';

/** SDRS with the IAM and the API gateway in front of it, on one port. */
export const sdrsSimulator: SimulatorDefinition<SdrsState, SdrsSettings> = {
  name: 'sdrs',
  sessionHeader: 'x-auth-token',
  defaultSettings: DEFAULT_SETTINGS,
  settingChecks: SETTING_CHECKS,
  traffic: TRAFFIC,
  presets: PRESETS,
  seed: seedWorld,
  happen: jobEvent,
  routes: sdrsRoutes,
  controls: sdrsControls,
  errorBody: bodyForStatus,
  routeOf: (url) => (url.startsWith('/_sim') ? null : { api: apiOf(url), path: url }),
  wordOf: (path, body) => (path.endsWith('/action') ? actionWord(body) : null),
};

const apiOf = (url: string): string => (url.startsWith('/v3') ? 'iam' : 'sdrs');

/** `{"start-server-group":{}}`, or `{"action":"create",…}` where tags are meant. */
function actionWord(body: unknown): string | null {
  if (!isFields(body)) return null;
  return typeof body.action === 'string' ? body.action : (Object.keys(body)[0] ?? null);
}

function sdrsRoutes(app: FastifyInstance, sim: Sdrs): void {
  const bodies = new WeakMap<FastifyRequest, Buffer>();
  const bodyOf = (request: FastifyRequest) => bodies.get(request) ?? Buffer.alloc(0);

  void app.register((service, _options, done) => {
    namedAnswers(service, sim);
    keepSignedBodies(service, bodies);
    versionRoutes(service);
    iamRoutes(service, sim, bodyOf);
    void service.register(
      (project, _projectOptions, projectDone) => {
        project.addHook('preParsing', async (request) => throttle(sim, request));
        project.addHook('preParsing', async (request) => admit(sim, request, bodyOf(request)));
        serviceRoutes(project, sim);
        groupRoutes(project, sim);
        instanceRoutes(project, sim);
        attachmentRoutes(project, sim);
        hardwareRoutes(project, sim);
        tagRoutes(project, sim);
        pairRoutes(project, sim);
        drillRoutes(project, sim);
        taskRoutes(project, sim);
        projectDone();
      },
      { prefix: '/v1/:project_id' },
    );
    done();
  });

  app.setNotFoundHandler((_request, reply) => {
    const requestId = nextRequestId(sim);
    void reply.header('X-Request-Id', requestId);
    answerError(sim.settings, unpublishedApi(), requestId, reply);
  });
}

/** Every answer carries an `X-Request-Id`, and the gateway's error bodies repeat it (1.1, 6.1). */
function namedAnswers(service: FastifyInstance, sim: Sdrs): void {
  service.addHook('onRequest', async (_request, reply) => {
    void reply.header('X-Request-Id', nextRequestId(sim));
  });
  service.setErrorHandler((error: FastifyError, request, reply) =>
    answerError(sim.settings, refusalOf(error, request.url), String(reply.getHeader('X-Request-Id')), reply),
  );
}

function nextRequestId(sim: Sdrs): string {
  sim.state.requestCounter += 1;
  return sha256(`${sim.state.jobEngine}:${sim.state.requestCounter}`).slice(0, 32);
}

/** A signature covers the bytes as sent, so they are kept before JSON parsing takes them away (1.5). */
function keepSignedBodies(service: FastifyInstance, bodies: WeakMap<FastifyRequest, Buffer>): void {
  service.addHook('preParsing', async (request, _reply, payload) => {
    if (!request.headers.authorization?.startsWith('SDK-HMAC-SHA256')) return payload;
    const chunks: Buffer[] = [];
    for await (const chunk of payload) chunks.push(Buffer.from(chunk as Uint8Array));
    const body = Buffer.concat(chunks);
    bodies.set(request, body);
    return Readable.from(body.length > 0 ? [body] : []);
  });
}
