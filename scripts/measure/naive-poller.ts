import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedSite } from './simulated-site.js';

export interface NaiveFigures {
  kind: string;
  inFlight: number;
  asked: number;
  answered: number;
  refused: number;
  /** Seconds until the first 429; null = there was none. */
  firstRefusalSeconds: number | null;
}

const TICK_MS = 5_000;

/** What a poller would do that asks for every job by itself, every five seconds. */
export async function pollNaively(
  site: SimulatedSite,
  jobIds: readonly string[],
  from: string,
  forMs: number,
): Promise<NaiveFigures> {
  const session = await logIn(site, from);
  const startedAt = performance.now();
  const figures: NaiveFigures = {
    kind: site.kind,
    inFlight: jobIds.length,
    asked: 0,
    answered: 0,
    refused: 0,
    firstRefusalSeconds: null,
  };
  while (performance.now() - startedAt < forMs) {
    const tickAt = performance.now();
    for (const id of jobIds) {
      const { status } = await ask(site, 'GET', jobPath(site, id), from, session);
      figures.asked += 1;
      if (status === 200) figures.answered += 1;
      if (status === 429) {
        figures.refused += 1;
        figures.firstRefusalSeconds ??= Math.round((performance.now() - startedAt) / 100) / 10;
      }
      if (performance.now() - startedAt >= forMs) return figures;
    }
    await sleep(Math.max(0, Math.min(tickAt + TICK_MS, startedAt + forMs) - performance.now()));
  }
  return figures;
}

const PROJECT = '0123456789abcdef0123456789abcdef';
const SRM = '/api/rest/srm/v2';

export const jobPath = ({ kind }: SimulatedSite, id: string): string =>
  kind === 'srm' ? `${SRM}/tasks/${encodeURIComponent(id)}` : `/v1/${PROJECT}/jobs/${id}`;

export async function logIn(site: SimulatedSite, from: string): Promise<Record<string, string>> {
  if (site.kind === 'srm') {
    const basic = Buffer.from('administrator@vsphere.local:demo-password').toString('base64');
    const { text } = await ask(site, 'POST', `${SRM}/session`, from, { authorization: `Basic ${basic}` });
    return { 'x-dr-session': (JSON.parse(text) as { session_id: string }).session_id };
  }
  const user = { name: 'demo', password: 'demo-password', domain: { name: 'demo' } };
  const identity = { methods: ['password'], password: { user } };
  const body = JSON.stringify({ auth: { identity, scope: { project: { id: PROJECT } } } });
  const { token } = await ask(site, 'POST', '/v3/auth/tokens', from, {}, body);
  return { 'x-auth-token': token };
}

/** From an address of its own on loopback, so that its requests are not counted as the gateway's. */
export function ask(
  site: SimulatedSite,
  method: string,
  path: string,
  localAddress: string,
  headers: Record<string, string>,
  body = '',
): Promise<{ status: number; text: string; token: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: site.port,
        method,
        path,
        localAddress,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
            token: String(incoming.headers['x-subject-token'] ?? ''),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
