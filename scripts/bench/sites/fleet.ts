import { fileURLToPath } from 'node:url';
import { freePort } from '../../../sandbox/ports.js';
import { SimulatedSite } from '../../measure/simulated-site.js';
import { until } from '../../measure/pace.js';
import type { GatewayClient, SeenPlan } from '../../measure/gateway-client.js';
import { Product, type ProductOptions } from '../product.js';

const SIMULATORS = fileURLToPath(new URL('./simulated-fleet.js', import.meta.url));
const KNOWN_WITHIN_MS = 120_000;

/** Some SDRS sites of one product: `site-0`, `site-1`, and so on, their budgets lifted, their work over soon. */
export class Fleet {
  private readonly begun = new Set<string>();

  private constructor(
    readonly product: Product,
    readonly sites: readonly SimulatedSite[],
  ) {}

  /** @param groups of each site; the processes of the gateway are those of `options` */
  static async open(
    groups: readonly number[],
    options: ProductOptions = {},
    durationFactor = 0.02,
  ): Promise<Fleet> {
    const ports: number[] = [];
    for (const _ of groups) ports.push(await freePort());
    const product = await Product.open({ ...options, sites: sitesFile(ports), apis: 0, workers: 0 });
    try {
      await product.startOther('simulators', SIMULATORS, {
        PORTS: ports.join(','),
        GROUPS: groups.join(','),
        DURATION_FACTOR: String(durationFactor),
      });
      for (let i = 0; i < (options.apis ?? 1); i += 1) await product.startApi();
      for (let i = 0; i < (options.workers ?? 1); i += 1) await product.startWorker();
    } catch (error) {
      await product.close();
      throw error;
    }
    return new Fleet(
      product,
      ports.map((port) => new SimulatedSite('sdrs', port)),
    );
  }

  get client(): GatewayClient {
    return this.product.client;
  }

  /** The id of the operation, or what the gateway said instead. */
  failOver({ id }: SeenPlan): Promise<{ id: string } | { refused: string }> {
    this.begun.add(id);
    return this.client.failOver(id);
  }

  /** What was not failed over yet, by site, once every site is known. */
  async plans(): Promise<SeenPlan[][]> {
    return until(
      'every site is known',
      async () => {
        const plans = await this.client.all<SeenPlan>('/v1/recovery-plans?pageSize=500&state=PROTECTED');
        const bySite = this.sites.map((_, i) =>
          plans.filter(({ id, siteId }) => siteId === siteIdOf(i) && !this.begun.has(id)),
        );
        return bySite.every((some) => some.length > 0) ? bySite : null;
      },
      KNOWN_WITHIN_MS,
    );
  }

  close(): Promise<void> {
    return this.product.close();
  }
}

export const siteIdOf = (index: number): string => `site-${index}`;

function sitesFile(ports: readonly number[]): string {
  const entries = ports.map(
    (port, i) => `  - id: ${siteIdOf(i)}
    name: Site ${i}
    provider: sdrs
    endpoint: http://127.0.0.1:${port}
    projectId: 0123456789abcdef0123456789abcdef
    auth: { type: password, iamEndpoint: "http://127.0.0.1:${port}", domainName: demo, userName: demo, password: "\${SDRS_PASSWORD}" }
    budget: { requestsPerSecond: 10000 }`,
  );
  return `sites:\n${entries.join('\n')}\n`;
}
