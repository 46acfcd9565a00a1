import { hostname } from 'node:os';
import type { Attributes } from '@opentelemetry/api';
import type { NodeTracerConfig } from '@opentelemetry/sdk-trace-node';
import type { Log } from '../log/log.js';

export interface TracingSettings {
  /** Base address of an OTLP/HTTP receiver; null = nothing is traced. */
  endpoint: string | null;
  /** Upstreams are told of the trace by a header. */
  tellsUpstreams: boolean;
}

type Resource = NonNullable<NodeTracerConfig['resource']>;

const ENDS_WITHIN_MS = 3_000;

/**
 * Has spans collected and sent, from now on. The SDK is loaded only then; its own variables (`OTEL_TRACES_SAMPLER`,
 * `OTEL_BSP_…`, `OTEL_EXPORTER_OTLP_HEADERS`) hold beside ours. The returned function sends what is left, and never throws.
 */
export async function startTracing(
  { endpoint, tellsUpstreams }: TracingSettings,
  processName: string,
  log: Log,
): Promise<() => Promise<void>> {
  if (endpoint === null) return () => Promise.resolve();
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const provider = new NodeTracerProvider({
    resource: resourceOf({
      'service.name': 'dr-gateway',
      'service.instance.id': `${hostname()}/${process.pid}`,
      'process.pid': process.pid,
      'dr_gateway.process': processName,
    }),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` })),
    ],
  });
  // Without a propagator nothing is written into the headers of a request.
  provider.register(tellsUpstreams ? {} : { propagator: null });
  log.info({ endpoint: new URL(endpoint).origin }, 'traces are sent');
  return async () => {
    const late = new Promise<void>((resolve) => setTimeout(resolve, ENDS_WITHIN_MS).unref());
    await Promise.race([provider.shutdown().catch(() => undefined), late]);
  };
}

/** The SDK's own makers of one are in a package that is not ours; what sends spans reads no more than this of it. */
function resourceOf(attributes: Attributes): Resource {
  const resource: Resource = {
    attributes,
    merge: () => resource,
    getRawAttributes: () => Object.entries(attributes),
  };
  return resource;
}
