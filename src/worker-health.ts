import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { healthProblem } from './domain/health-problem.js';
import { problem, type Problem } from './domain/problem.js';
import { ConfigurationError, type Environment } from './platform/config/environment.js';
import type { Health, HealthReport } from './platform/health/health.js';
import type { Metrics } from './platform/metrics.js';

interface Answer {
  status: number;
  type: string;
  body: string;
}

const SLOW_CALLER_MS = 10_000;

/** /livez, /readyz and (with the API key) /metrics of the worker process, which has no HTTP surface otherwise. */
export class WorkerHealth {
  private readonly server: Server;

  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
    private readonly environment: Environment,
  ) {
    this.server = createServer({ connectionsCheckingInterval: 1_000 }, (request, response) => {
      void this.answer(request)
        .catch(() => problemAnswer(problem('internal-error', 'The worker has a fault.')))
        .then(({ status, type, body }) => {
          const headers = {
            'content-type': type,
            'cache-control': 'no-store',
            'x-content-type-options': 'nosniff',
          };
          response.writeHead(status, status === 503 ? { ...headers, 'retry-after': '2' } : headers);
          response.end(request.method === 'HEAD' ? undefined : body);
        });
    });
    this.server.requestTimeout = this.server.headersTimeout = SLOW_CALLER_MS;
    this.server.setTimeout(3 * SLOW_CALLER_MS);
  }

  /** Listens on WORKER_PORT, if there is one; says in a sentence why that cannot be. Resolves with its address, or null. */
  async listen(): Promise<string | null> {
    const { workerPort: port, host } = this.environment;
    if (port === null) return null;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          new ConfigurationError([
            `WORKER_PORT ${port} cannot be used on ${host} (${error.code}): write another.`,
          ]),
        ),
      );
      this.server.listen(port, host, resolve);
    });
    const address = this.server.address();
    return address && typeof address === 'object' ? `http://${host}:${address.port}` : null;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    const { method, url = '' } = request;
    if (method !== 'GET' && method !== 'HEAD')
      return problemAnswer(problem('method-not-allowed', 'Only GET and HEAD are answered here.'));
    const path = url.split('?')[0];
    if (path === '/livez') return healthAnswer(await this.health.live());
    if (path === '/readyz') return healthAnswer(await this.health.ready());
    if (path !== '/metrics') return problemAnswer(problem('not-found', 'There is nothing at this path.'));
    if (!this.isKnown(request))
      return problemAnswer(problem('unauthenticated', 'Send the header `Authorization: Bearer <API key>`.'));
    const type = 'text/plain; version=0.0.4; charset=utf-8';
    return { status: 200, type, body: await this.metrics.text() };
  }

  private isKnown({ headers }: IncomingMessage): boolean {
    const key = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    return key !== undefined && timingSafeEqual(digest(key), digest(this.environment.adminApiKey));
  }
}

function healthAnswer({ fault, checks }: HealthReport): Answer {
  if (fault) return problemAnswer(healthProblem(fault, checks));
  return { status: 200, type: 'application/json', body: JSON.stringify({ status: 'ok', checks }) };
}

function problemAnswer(found: Problem): Answer {
  return { status: found.status, type: 'application/problem+json', body: JSON.stringify(found) };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
