import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../sandbox/ports.js';
import { ask, logIn } from '../../measure/naive-poller.js';
import { until } from '../../measure/pace.js';
import type { SimulatedSite } from '../../measure/simulated-site.js';
import type { Bench, Round } from '../bench.js';
import { API_KEY, Product } from '../product.js';
import type { Question } from './kept-connection.js';
import { Load, p50, perSecond } from './load.js';

const UPSTREAM_TAKES_MS = 50;
const GROUPS = 200;
/** Beside those that every simulated world begins with: a hundred at each site. */
const MORE = 96;
const PROJECT = '0123456789abcdef0123456789abcdef';
const SRM = '/api/rest/srm/v2';
const BARE = fileURLToPath(new URL('./bare-server.js', import.meta.url));
const CLIENTS = 10;
const LATENCY = 'p50, one client';
const RATE = 'requests/s, ten clients';

/** B1: a list over all sites is answered from what is known, with its age. */
export const lists: Bench = {
  id: 'B1',
  title: `list ${GROUPS} groups over two sites`,
  opponent: `the same client asking both upstreams at once, each answering after ${UPSTREAM_TAKES_MS} ms; bare Fastify with the same bytes`,
  targets: { [LATENCY]: { atMost: 0.1 }, [RATE]: { atLeast: 0.6 } },
  async open({ say, quick }) {
    const product = await Product.open({ apis: 0, workers: 0 });
    const load = await Load.open();
    const close = async (): Promise<void> => {
      await load.close();
      await product.close();
    };
    try {
      const { sdrs, srm } = product.simulated;
      await sdrs.reset(MORE, {});
      await srm.reset(MORE, {});
      await product.startApi();
      await product.startWorker();
      const [gateway, text] = await listOf(product);
      say(`${GROUPS} groups are known, ${text.length} bytes`);
      const direct = [await ofSdrs(sdrs), await ofSrm(srm)];
      for (const site of [sdrs, srm])
        await site.control('POST', '/faults', {
          kind: 'delay',
          ms: UPSTREAM_TAKES_MS,
          path: '.*',
          times: -1,
        });
      const bare = { ...gateway, port: await bareServer(product, text) };
      const seconds = quick ? 2 : 8;
      await load.run({ turns: [[gateway]], hands: CLIENTS, seconds: quick ? 1 : 5 });
      await load.run({ turns: [[bare]], hands: CLIENTS, seconds: quick ? 1 : 5 });
      let isOddRound = false;
      const round = async (): Promise<Round> => {
        isOddRound = !isOddRound;
        const latency = async (turn: Question[]) => p50(await load.run({ turns: [turn], hands: 1, seconds }));
        const rate = async (question: Question) =>
          perSecond(await load.run({ turns: [[question]], hands: CLIENTS, seconds }));
        const [ms, directMs] = await inTurn(
          isOddRound,
          () => latency([gateway]),
          () => latency(direct),
        );
        const [perS, barePerS] = await inTurn(
          isOddRound,
          () => rate(gateway),
          () => rate(bare),
        );
        return {
          measured: [
            { figure: LATENCY, unit: 'ms', ours: ms, opponent: directMs },
            { figure: RATE, unit: '1/s', ours: perS, opponent: barePerS },
          ],
        };
      };
      return { round, close };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

/** Ours first, or the opponent: whoever is second has the warmer machine. */
export async function inTurn(
  oursFirst: boolean,
  ours: () => Promise<number>,
  opponent: () => Promise<number>,
): Promise<[number, number]> {
  if (oursFirst) return [await ours(), await opponent()];
  const second = await opponent();
  return [await ours(), second];
}

async function listOf(product: Product): Promise<[Question, string]> {
  const path = `/v1/protection-groups?pageSize=${GROUPS}`;
  const text = await until(
    'all groups are known',
    async () => {
      const { status, text } = await product.client.timed(path);
      if (status !== 200) throw new Error(text);
      const { items } = JSON.parse(text) as { items: unknown[] };
      if (items.length !== GROUPS) throw new Error(`${items.length} groups are known`);
      return text;
    },
    90_000,
  );
  const port = Number(new URL(product.api.url).port);
  return [{ port, method: 'GET', path, headers: { authorization: `Bearer ${API_KEY}` } }, text];
}

async function ofSdrs(site: SimulatedSite): Promise<Question> {
  const headers = await logIn(site, '127.0.0.1');
  const path = `/v1/${PROJECT}/server-groups?limit=500&offset=0`;
  return { port: site.port, method: 'GET', path, headers };
}

async function ofSrm(site: SimulatedSite): Promise<Question> {
  const headers = await logIn(site, '127.0.0.1');
  const { text } = await ask(site, 'GET', `${SRM}/pairings`, '127.0.0.1', headers);
  const { list } = JSON.parse(text) as { list: { pairing_id: string }[] };
  const pairing = `${SRM}/pairings/${list[0]?.pairing_id ?? ''}`;
  const far = Buffer.from('administrator@remote.local:demo-remote-password').toString('base64');
  await ask(site, 'POST', `${pairing}/remote-session`, '127.0.0.1', {
    ...headers,
    authorization: `Basic ${far}`,
  });
  const path = `${pairing}/protection-management/groups?limit=500&offset=0`;
  return { port: site.port, method: 'GET', path, headers };
}

/** The opponent, ready to answer with the bytes of ours. */
async function bareServer(product: Product, text: string): Promise<number> {
  const [port, file] = [await freePort(), join(product.directory, 'bytes.json')];
  writeFileSync(file, text);
  await product.startOther('bare', BARE, { PORT: String(port), BYTES_FROM: file });
  return port;
}
