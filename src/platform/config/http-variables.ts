import { isHttpAddress, wholeNumber, type Variable } from './variable.js';

/** What is answered, where, and to whom. */
export const HTTP_VARIABLES = {
  port: {
    name: 'PORT',
    meaning: 'Port of the API process.',
    defaultValue: '3000',
    fault: (text) => wholeNumber(text, 0, 65_535),
  },
  host: {
    name: 'HOST',
    meaning: 'Address the API process listens on; 0.0.0.0 = all.',
    defaultValue: '127.0.0.1',
    fault: (text) => (/^\S+$/.test(text) ? null : 'write an address, such as 127.0.0.1'),
  },
  workerPort: {
    name: 'WORKER_PORT',
    meaning: 'Port on which the worker process answers /livez, /readyz and /metrics; none = it does not.',
    defaultValue: 'none',
    fault: (text) => (text === 'none' ? null : wholeNumber(text, 0, 65_535)),
  },
  maxRequestsInFlight: {
    name: 'MAX_REQUESTS_IN_FLIGHT',
    meaning:
      'Reads that one API process answers at a time; beyond it they get 503 with Retry-After. Half as many changes have places of their own, and half as many failovers, stops, answers to prompts and verdicts.',
    defaultValue: '400',
    fault: (text) => wholeNumber(text, 1, 100_000),
  },
  maxEventReaders: {
    name: 'MAX_EVENT_READERS',
    meaning:
      'Readers of event streams (server-sent events) that one API process serves at a time; beyond it they get 503 with Retry-After.',
    defaultValue: '10000',
    fault: (text) => wholeNumber(text, 1, 1_000_000),
  },
  rateLimitPerSecond: {
    name: 'RATE_LIMIT_PER_SECOND',
    meaning:
      'Requests that one principal may make at one API process in a second, over ten of them; beyond it they get 429 with Retry-After, but for failovers, stops, answers to prompts and verdicts; none = no limit.',
    defaultValue: '500',
    fault: (text) => (text === 'none' ? null : wholeNumber(text, 1, 1_000_000)),
  },
  rateLimitFailuresPerMinute: {
    name: 'RATE_LIMIT_FAILURES_PER_MINUTE',
    meaning:
      'Credentials that are not good, from one address in a minute, that one API process answers with 401; beyond it with 429. Good ones are let in all the time; none = no limit.',
    defaultValue: '300',
    fault: (text) => (text === 'none' ? null : wholeNumber(text, 1, 1_000_000)),
  },
  corsOrigins: {
    name: 'CORS_ORIGINS',
    meaning:
      'Origins whose pages may ask the API from a browser, such as https://console.example.com, separated by commas; none = no page of another origin.',
    defaultValue: 'none',
    fault: (text) =>
      text === 'none' || text.split(',').every((part) => isOrigin(part.trim()))
        ? null
        : 'write origins as browsers send them, such as https://console.example.com, separated by commas, or none; * is not taken',
  },
  hstsSeconds: {
    name: 'HSTS_SECONDS',
    meaning:
      'Seconds for which browsers are told to come back by TLS only (Strict-Transport-Security); only where TLS is ended in front of the gateway; 0 = they are not told.',
    defaultValue: '0',
    fault: (text) => wholeNumber(text, 0, 63_072_000),
  },
  innerPort: {
    name: 'INNER_PORT',
    meaning:
      'A second port of the API process, on which alone /docs, /openapi.json and /metrics are answered then; none = they are answered on PORT.',
    defaultValue: 'none',
    fault: (text) => (text === 'none' ? null : wholeNumber(text, 0, 65_535)),
  },
} as const satisfies Readonly<Record<string, Variable>>;

/** As browsers send it: no path, not even a slash. */
function isOrigin(text: string): boolean {
  return isHttpAddress(text) && new URL(text).origin === text;
}
