import {
  sdrsSimulator,
  type SdrsSettings as SdrsSimulatorSettings,
  type SdrsState,
} from '../../../simulators/sdrs/sdrs.simulator.js';
import type { UpstreamCall } from '../../../src/domain/action-command.js';
import { Provider } from '../../../src/providers/provider.js';
import { sdrs } from '../../../src/providers/sdrs/sdrs.factory.js';
import { SimulatorShelf, type SimulatedSite } from '../provider/harnesses/simulated-site.js';
import { Workbench } from '../provider/harnesses/workbench.js';
import type { Scene } from './cell.js';
import { rememberWorld } from './rewind.js';

export type SdrsSite = SimulatedSite<SdrsState, SdrsSimulatorSettings>;

/** What is done to the group besides the state that it is put into; before it, the group is at its best. */
export interface Surroundings {
  group: 'erp-dr' | 'lab-empty';
  /** Before the group enters the state, so that a call can be prepared. */
  before?: (site: SdrsSite, groupId: string) => Promise<void>;
  /** Afterwards. */
  after?: (site: SdrsSite, groupId: string) => Promise<void>;
}

/** The group is in these alone: what makes or deletes a group does not carry members along (4.1). */
const NOT_OF_MEMBERS: readonly string[] = ['creating', 'deleting', 'error', 'error-deleting'];

const shelf = new SimulatorShelf(sdrsSimulator, {
  credentials: /\/v3\/auth\/tokens/,
  isLogIn: () => false,
  throttledBody: null,
});

export const closeSdrs = (): Promise<void> => shelf.close();

/** A group and its members, put into a status by the control API. */
export async function sdrsScene({ group, before, after }: Surroundings): Promise<Scene> {
  const site: SdrsSite = await shelf.take();
  const bench = new Workbench('sdrs-site', () => site.running.simulator.clock.now());
  const driver = bench.driver({}, (context) => sdrs.create(settingsFor(site), context));
  const provider = new Provider(driver, { siteId: 'sdrs-site', siteName: 'SDRS', readTimeoutMs: 10_000 });
  const targetId = site.state.groups.find(({ name }) => name === group)?.id ?? '';
  await before?.(site, targetId);

  return {
    provider,
    targetId,
    async enter(status) {
      await site.control('PATCH', `/groups/${targetId}`, { status });
      if (!NOT_OF_MEMBERS.includes(status)) await carryMembers(site, targetId, status);
      await after?.(site, targetId);
    },
    remember: () => rememberWorld(site.running.simulator),
    sendByHand: (call) => sendByHand(site, call),
    executions: () => site.running.simulator.journal.executions(),
    close: () => bench.close(),
  };
}

/** Every group action carries the members through the same statuses (4.2, 4.3). */
async function carryMembers(site: SdrsSite, groupId: string, status: string): Promise<void> {
  for (const part of ['instances', 'pairs'] as const) {
    for (const { id, server_group_id: owner } of site.state[part])
      if (owner === groupId) await site.control('PATCH', `/${part}/${id}`, { status });
  }
}

async function sendByHand({ running, state }: SdrsSite, call: UpstreamCall): Promise<boolean> {
  const [token = ''] = Object.keys(state.tokens);
  const answer = await fetch(`${running.url}${call.path}`, {
    method: call.method,
    headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  });
  await answer.arrayBuffer();
  return answer.ok;
}

function settingsFor({ running }: SdrsSite): Parameters<typeof sdrs.create>[0] {
  const [account] = sdrsSimulator.defaultSettings.accounts;
  return {
    endpoint: running.url,
    projectId: account?.projects[0]?.id ?? '',
    auth: {
      type: 'password',
      iamEndpoint: `${running.url}/v3`,
      domainName: account?.domain ?? '',
      userName: account?.user ?? '',
      password: account?.password ?? '',
    },
  };
}
