import type { NestFastifyApplication } from '@nestjs/platform-fastify';

const KEPT_SECONDS = 600;

/**
 * Pages of these origins may ask (`@fastify/cors`), with the key that they were given: nothing is let in by cookies. No
 * origin, which is the default, and no browser shows our answers to a page of another place.
 */
export function allowOrigins(app: NestFastifyApplication, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.enableCors({
    origin: [...origins],
    credentials: false,
    // What is no question of a browser is answered as everywhere: by a problem.
    strictPreflight: false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Cache-Control',
      'Content-Type',
      'Idempotency-Key',
      'If-None-Match',
      'Last-Event-ID',
      'Prefer',
      'Traceparent',
      'X-Request-Id',
    ],
    exposedHeaders: [
      'Age',
      'Content-Disposition',
      'Deprecation',
      'ETag',
      'Idempotency-Replayed',
      'Link',
      'Location',
      'RateLimit',
      'RateLimit-Policy',
      'Retry-After',
      'Source-State',
      'Sunset',
      'X-Request-Id',
    ],
    maxAge: KEPT_SECONDS,
  });
}
