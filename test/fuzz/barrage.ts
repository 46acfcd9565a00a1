import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { operationsOf, type DocumentedOperation, type OpenApiDocument } from './document.js';
import { Judge, type Fault } from './judge.js';
import { KnownThings } from './known-things.js';
import { curlOf, Sender, type Received, type Sent } from './sending.js';
import { shotsAt, type Shot } from './shots.js';
import { wireShots } from './wire-shots.js';

export interface BarrageSettings {
  /** `http://127.0.0.1:3000` */
  url: string;
  apiKey: string;
  requests: number;
  seed: number;
  /** So many on their way at a time. */
  abreast: number;
  /** Makes the world new, every so many requests: what was deleted is there again. */
  renew?: { every: number; world: () => Promise<void> };
  /** Looks at no clock; ends early, in whole rounds. */
  isOver?: () => boolean;
}

/** One kind of fault, with the first request that showed it. */
export interface FoundFault extends Fault {
  operation: string;
  /** The request of this seed, counted from 0. */
  number: number;
  times: number;
  curl: string;
}

export interface BarrageReport {
  seed: number;
  requests: number;
  operations: number;
  /** How often each operation was asked, and what it answered. */
  answers: Map<string, Map<number, number>>;
  faults: FoundFault[];
}

/** Asks every documented operation in turn, by requests that follow from the seed; the bytes that are no requests come between. */
export async function barrage(settings: BarrageSettings): Promise<BarrageReport> {
  const { url, apiKey, requests, seed, abreast } = settings;
  const document = committedDocument();
  const operations = operationsOf(document);
  const { hostname, port } = new URL(url);
  const sender = new Sender(hostname, Number(port));
  const judge = new Judge(document, apiKey);
  const known = new KnownThings();
  const faults = new Map<string, FoundFault>();
  const answers: BarrageReport['answers'] = new Map();
  const arbitraries = operations.map((operation) => shotsAt(operation, document, apiKey));
  const wire = Object.entries(wireShots(apiKey));

  const note = (operation: string, number: number, sent: Sent, found: readonly Fault[]): void => {
    for (const fault of found) {
      const key = `${operation} | ${fault.what}`;
      const before = faults.get(key);
      if (before) before.times += 1;
      else faults.set(key, { ...fault, operation, number, times: 1, curl: curlOf(url, sent, apiKey) });
    }
  };
  const count = (operation: string, status: number): void => {
    const of = answers.get(operation) ?? new Map<number, number>();
    answers.set(operation, of.set(status, (of.get(status) ?? 0) + 1));
  };

  const shoot = async (number: number, shot: Shot, operation: DocumentedOperation): Promise<void> => {
    const path = known.pathOf(shot);
    const sent: Sent = { ...shot, url: shot.query === '' ? path : `${path}?${shot.query}` };
    const received = await sender.send(sent).catch((error: unknown) => error as Error);
    if (received === null || received instanceof Error) {
      note(operation.name, number, sent, [{ what: 'no answer', detail: received?.message ?? 'cut off' }]);
      return;
    }
    count(operation.name, received.status);
    note(
      operation.name,
      number,
      sent,
      judge.faultsOf(sent, received, isMeant(shot, sent) ? operation : null),
    );
    if (received.status < 300) learn(known, path, received);
  };
  const shootBytes = async (number: number): Promise<void> => {
    const [name, bytes] = wire[number % wire.length] ?? ['', Buffer.alloc(0)];
    const sent: Sent = { method: 'GET', url: `/ (${name})`, headers: [], body: bytes };
    const received = await sender.bytes(bytes).catch((error: unknown) => error as Error);
    if (received instanceof Error)
      note('bytes', number, sent, [{ what: 'no answer', detail: received.message }]);
    else if (received) note('bytes', number, sent, judge.faultsOf(sent, received, null));
    count('bytes', received instanceof Error ? 0 : (received?.status ?? 0));
  };

  let number = 0;
  let renewed = 0;
  try {
    while (number < requests && !(settings.isOver?.() ?? false)) {
      if (settings.renew && number - renewed >= settings.renew.every) {
        await settings.renew.world();
        renewed = number;
      }
      const round = operations.map((operation, at) => {
        const [shot] = fc.sample(arbitraries[at] as fc.Arbitrary<Shot>, {
          seed: seed + number + at,
          numRuns: 1,
        });
        return { operation, shot: shot as Shot, number: number + at };
      });
      for (let from = 0; from < round.length; from += abreast) {
        const together = round.slice(from, from + abreast);
        await Promise.all(together.map((each) => shoot(each.number, each.shot, each.operation)));
      }
      number += round.length;
      for (let times = 0; times < 3; times += 1) await shootBytes(number++);
    }
  } finally {
    sender.close();
  }
  return {
    seed,
    requests: number,
    operations: operations.length,
    answers,
    faults: [...faults.values()].sort((a, b) => b.times - a.times),
  };
}

/** Whether this is still a request to that path: one that is cut by `?`, `#` or dots goes elsewhere. */
function isMeant({ path }: Shot, { url }: Sent): boolean {
  if (/[#]|%2e|\/\.{1,2}(?:\/|$|\?)/i.test(url)) return false;
  return path.every((segment) => !('text' in segment) || segment.text !== '');
}

function learn(known: KnownThings, path: string, { headers, text }: Received): void {
  if (!/json/.test(headers['content-type'] ?? '')) return;
  try {
    known.learn(path, JSON.parse(text));
  } catch {
    // The judge has told it.
  }
}

/** As it is committed: what the gateway serves is the same (`npm run gen:check`). */
function committedDocument(): OpenApiDocument {
  const file = new URL('../../../openapi.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as OpenApiDocument;
}
