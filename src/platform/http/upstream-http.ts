import http from 'node:http';
import https from 'node:https';
import { context, propagation } from '@opentelemetry/api';
import axios, { AxiosError, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { connectTo, hostOf } from './fresh-connection.js';
import { jsonOf } from './upstream-json.js';
import { TlsTrust, withAdvice, type TlsSettings } from './tls-trust.js';
import { told } from './told-exchanges.js';
import { TransportError } from './transport-error.js';

export interface UpstreamHttpOptions {
  /** Everything before the paths, without a trailing slash. */
  baseUrl: string;
  tls?: TlsSettings | null;
  readTimeoutMs?: number;
  connectTimeoutMs?: number;
  maxAnswerBytes?: number;
}

export interface UpstreamRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL, with its leading slash; already percent-encoded. */
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; absent = no body. */
  body?: unknown;
  signal?: AbortSignal;
  /** A read that does not wait for a connection that other reads hold. */
  isUrgent?: boolean;
}

export interface UpstreamResponse {
  status: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  text: string;
  /** undefined when the body is empty, not JSON, or nested deeper than anything that is meant. */
  json: unknown;
}

/** A request as it goes over the wire: what a signature is made over. */
export interface WrittenRequest {
  method: UpstreamRequest['method'];
  url: URL;
  /** Lower-case names; `host` among them. */
  headers: Readonly<Record<string, string>>;
  /** undefined = no body. */
  body: string | undefined;
}

/** Of what is left when it was unpacked: a few kilobytes may be gigabytes. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** Connections for reads; as many again for those that are urgent. */
const MOST_CONNECTIONS = 8;

/** HTTP to one upstream. Answers of any status are answers; only their absence is an error. */
export class UpstreamHttp {
  private readonly baseUrl: URL;
  private readonly trust: TlsTrust;
  private readonly readTimeoutMs: number;
  private readonly connectTimeoutMs: number;
  private readonly maxAnswerBytes: number;
  private readonly keptAlive = new Map<boolean, Promise<http.Agent | https.Agent>>();

  constructor(options: UpstreamHttpOptions) {
    this.baseUrl = new URL(options.baseUrl);
    this.trust = new TlsTrust(options.tls ?? {});
    this.readTimeoutMs = options.readTimeoutMs ?? 10_000;
    this.connectTimeoutMs = options.connectTimeoutMs ?? 5_000;
    this.maxAnswerBytes = options.maxAnswerBytes ?? MAX_ANSWER_BYTES;
  }

  /** A request that changes nothing (or only our own log-in). Connections are shared. Throws `TransportError`. */
  read(request: UpstreamRequest): Promise<UpstreamResponse> {
    return told(request, this.baseUrl, () => this.readOnce(request));
  }

  /**
   * The one request of a submission: connects first, then waits for `confirm`, then calls `open` in the same tick as the
   * write. What either throws is thrown on, with nothing sent; so is a connection that died meanwhile (CONNECT). Never
   * retried, never redirected.
   */
  submit(
    request: UpstreamRequest,
    open: () => void,
    timeoutMs: number,
    confirm?: () => Promise<void>,
  ): Promise<UpstreamResponse> {
    return told(request, this.baseUrl, () => this.submitOnce(request, open, timeoutMs, confirm));
  }

  /**
   * Exactly what `read` and `submit` will send. The same request is written in the same way each time. Throws
   * `TransportError` (CONNECT) for a path that would be written otherwise than it was meant: `…/tags/..` is another thing.
   */
  asWritten(request: UpstreamRequest): WrittenRequest {
    const url = this.urlOf(request);
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    return {
      method: request.method,
      url,
      headers: {
        // Left to itself, Node names port 80 on a connection that was made beforehand, even for https.
        host: url.host,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
      },
      body,
    };
  }

  async close(): Promise<void> {
    for (const kept of this.keptAlive.values()) (await kept.catch(() => null))?.destroy();
  }

  private async readOnce(request: UpstreamRequest): Promise<UpstreamResponse> {
    const agent = await this.agentFor(request.isUrgent ?? false);
    const timeout = AbortSignal.timeout(this.readTimeoutMs);
    return this.exchange(request, timeout, { httpAgent: agent, httpsAgent: agent });
  }

  private async submitOnce(
    request: UpstreamRequest,
    open: () => void,
    timeoutMs: number,
    confirm: (() => Promise<void>) | undefined,
  ): Promise<UpstreamResponse> {
    const socket = await connectTo(this.baseUrl, this.trust, this.connectTimeoutMs);
    const gate: { refusal?: Error } = {};
    try {
      await confirm?.();
      const transport = {
        request: (options: http.RequestOptions, onResponse: (answer: http.IncomingMessage) => void) => {
          try {
            if (socket.destroyed) throw new TransportError('CONNECT', 'the connection did not last');
            open();
          } catch (error) {
            gate.refusal = error instanceof Error ? error : new Error(String(error));
            throw error;
          }
          const module = this.baseUrl.protocol === 'https:' ? https : http;
          // Without an agent the request is written to the connection it is given, and to no other.
          return module.request({ ...options, agent: undefined, createConnection: () => socket }, onResponse);
        },
      };
      return await this.exchange(request, AbortSignal.timeout(timeoutMs), {
        transport,
      } as AxiosRequestConfig);
    } catch (error) {
      if (gate.refusal) throw gate.refusal;
      throw error;
    } finally {
      socket.destroy();
    }
  }

  private async agentFor(isUrgent: boolean): Promise<http.Agent | https.Agent> {
    const agent = this.keptAlive.get(isUrgent) ?? this.newKeepAliveAgent();
    this.keptAlive.set(isUrgent, agent);
    try {
      return await agent;
    } catch (error) {
      this.keptAlive.delete(isUrgent);
      throw error;
    }
  }

  private async newKeepAliveAgent(): Promise<http.Agent | https.Agent> {
    const kept = { keepAlive: true, maxSockets: MOST_CONNECTIONS };
    if (this.baseUrl.protocol !== 'https:') return new http.Agent(kept);
    const port = Number(this.baseUrl.port || 443);
    const tls = await this.trust.optionsFor(hostOf(this.baseUrl), port, this.connectTimeoutMs);
    return new https.Agent({ ...kept, ...tls });
  }

  private async exchange(
    request: UpstreamRequest,
    timeout: AbortSignal,
    extra: AxiosRequestConfig,
  ): Promise<UpstreamResponse> {
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    const { method, url, headers, body } = this.asWritten(request);
    try {
      const answer = await axios.request<string>({
        method,
        url: url.href,
        // Without a body there is no type of it; left to itself, axios names one.
        headers: { 'content-type': false, ...headers, ...traceHeaders() },
        ...(body === undefined ? {} : { data: body }),
        responseType: 'text',
        transformResponse: (data: unknown) => data,
        validateStatus: () => true,
        maxRedirects: 0,
        proxy: false,
        maxContentLength: this.maxAnswerBytes,
        signal,
        ...extra,
      });
      return responseOf(answer);
    } catch (error) {
      throw transportErrorOf(error, timeout.aborted);
    }
  }

  private urlOf(request: UpstreamRequest): URL {
    const url = new URL(this.baseUrl.href.replace(/\/$/, '') + request.path);
    if (leadsElsewhere(request.path)) {
      throw new TransportError('CONNECT', `the path ${request.path} cannot be sent as it is`);
    }
    // Not by URLSearchParams: its `+` for a space is not everywhere read as one.
    const query = Object.entries(request.query ?? {})
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
      .join('&');
    if (query !== '') url.search = url.search === '' ? query : `${url.search}&${query}`;
    return url;
  }
}

/** None, unless somebody chose that upstreams be told of traces (`start-tracing.ts`). No part of what is signed. */
function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** A segment that is one or two dots, however spelt, is taken out of a path together with the one before it. */
function leadsElsewhere(path: string): boolean {
  const [segments = ''] = path.split('?');
  return segments.includes('\\') || segments.split('/').some((part) => /^(\.|%2e){1,2}$/i.test(part));
}

function responseOf(answer: AxiosResponse<string>): UpstreamResponse {
  const text = answer.data ?? '';
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) headers[name.toLowerCase()] = String(value);
  return { status: answer.status, headers, text, json: jsonOf(text) };
}

function transportErrorOf(error: unknown, timedOut: boolean): TransportError {
  if (error instanceof TransportError) return error;
  const message = timedOut ? 'no answer in time' : describe(error);
  // The axios error itself is not kept as the cause: it carries the request with its credentials.
  // Nor is its code believed: a connection that stood can die with the words of one that never did.
  return new TransportError('EXCHANGE', message, { timedOut });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof AxiosError)) return error.message || error.name;
  return withAdvice(error.message || (error.code ?? ''), error.code);
}
