import type { FastifyRequest } from 'fastify';
import { GatewayRefusal, IamRefusal, Refusal } from './errors.js';
import type { Account } from './settings.js';
import { accountOf } from './identity.js';
import {
  canonicalRequest,
  parseAuthorization,
  parseSdkDate,
  sameSignature,
  signatureOf,
  type SignedRequest,
} from './signing.js';
import { tokenTime } from './times.js';
import { liveToken } from './tokens.js';
import type { Sdrs } from './world.js';

const SKEW_MS = 15 * 60_000;
const FAILURES_BEFORE_LOCK = 5;
const LOCK_MS = 5 * 60_000;

/** Who calls, and which projects the credentials open. */
export interface Caller {
  account: Account;
  projectIds: string[];
}

/** What the API gateway does before SDRS sees a call: token or signature, then the project (1.4, 1.5). */
export function admit(sim: Sdrs, request: FastifyRequest, body: Buffer): void {
  const caller = callerOf(sim, request, body);
  const { project_id: projectId } = request.params as { project_id: string };
  if (!caller.projectIds.includes(projectId)) throw new Refusal('0001');
}

export function callerOf(sim: Sdrs, request: FastifyRequest, body: Buffer): Caller {
  if (request.headers.authorization?.startsWith('SDK-HMAC-SHA256'))
    return callerBySignature(sim, {
      method: request.method,
      url: request.raw.url ?? '/',
      headers: request.headers,
      body,
    });
  return callerByToken(sim, request.headers['x-auth-token'] as string | undefined);
}

function callerByToken(sim: Sdrs, text: string | undefined): Caller {
  if (!text) throw unauthenticated('x-auth-token not found');
  const known = sim.state.tokens[text];
  if (!known) throw unauthenticated('decrypt token fail');
  const token = liveToken(sim, text);
  const account = accountOf(sim.settings, known.account);
  if (!token || !account) throw deadToken(sim, known.expiresAt);
  return { account, projectIds: token.projectId === null ? [] : [token.projectId] };
}

function deadToken(sim: Sdrs, expiresAt: number): Error {
  switch (sim.settings.expiredTokenAnswer) {
    case 'gateway-0301':
      return unauthenticated(`token expires, expires_at: ${tokenTime(expiresAt)}`);
    case 'iam-403':
      return new IamRefusal(403, 'Forbidden', 'X-Auth-Token is invalid in the request');
    case 'sdrs-400':
      return new Refusal('0002');
    case 'sdrs-500':
      return new Refusal('0014');
    case 'gateway-0307':
      return new GatewayRefusal(401, 'APIGW.0307', 'The token must be updated.');
  }
}

/** Checks a signature over exactly the headers it names; six failures in a row lock the key for five minutes. */
function callerBySignature(sim: Sdrs, request: SignedRequest): Caller {
  const authorization = parseAuthorization(request.headers.authorization as string | undefined);
  if (!authorization) throw unauthenticated('authorization header is malformed');
  const { access, signedHeaders, signature } = authorization;
  const account = sim.settings.accounts.find((a) => a.accessKeys.some((key) => key.access === access));
  const secret = account?.accessKeys.find((key) => key.access === access)?.secret;
  if (!account || secret === undefined) throw unauthenticated(`ak ${access} not exist`);

  const failures = (sim.state.signatureFailures[access] ??= { count: 0, lockedUntil: 0 });
  if (failures.lockedUntil > sim.instant) throw unauthenticated(`ak ${access} is locked`);
  const date = String(request.headers['x-sdk-date'] ?? '');
  if (!signedHeaders.includes('x-sdk-date') || !(Math.abs(parseSdkDate(date) - sim.instant) <= SKEW_MS))
    throw unauthenticated('x-sdk-date is not signed, malformed or more than 15 minutes off');

  const canonical = canonicalRequest(request, signedHeaders);
  if (!sameSignature(signature, signatureOf(canonical, date, secret))) {
    failures.count += 1;
    if (failures.count > FAILURES_BEFORE_LOCK) failures.lockedUntil = sim.instant + LOCK_MS;
    throw unauthenticated(`verify aksk signature fail, canonicalRequest:${canonical.replaceAll('\n', '|')}`);
  }
  sim.state.signatureFailures[access] = { count: 0, lockedUntil: 0 };
  return { account, projectIds: account.projects.map((project) => project.id) };
}

/** 429 when one API is called more often in one second than the setting allows (1.6). */
export function throttle(sim: Sdrs, request: FastifyRequest): void {
  const ceiling = sim.settings.throttlePerSecond;
  if (ceiling === null) return;
  const second = Math.floor(sim.instant / 1000);
  if (sim.state.calls.second !== second) sim.state.calls = { second, counts: {} };
  const { counts } = sim.state.calls;
  const api = `${request.method} ${request.routeOptions.url ?? ''}`;
  counts[api] = (counts[api] ?? 0) + 1;
  if (counts[api] > ceiling)
    throw new GatewayRefusal(429, 'APIGW.0308', 'The throttling threshold has been reached.');
}

function unauthenticated(tail: string): GatewayRefusal {
  return new GatewayRefusal(401, 'APIGW.0301', `Incorrect IAM authentication information: ${tail}`);
}
