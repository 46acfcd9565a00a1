import { srmSimulator } from '../../../simulators/srm/srm.simulator.js';
import type { UpstreamCall } from '../../../src/domain/action-command.js';
import { publicId } from '../../../src/domain/ids.js';
import { Provider } from '../../../src/providers/provider.js';
import { srm } from '../../../src/providers/srm/srm.factory.js';
import { SimulatorShelf } from '../provider/harnesses/simulated-site.js';
import { Workbench } from '../provider/harnesses/workbench.js';
import type { Scene } from './cell.js';
import { rememberWorld } from './rewind.js';
import { idOf, RUN_MS, type SrmSite, type Step } from './srm.steps.js';

/** At whose appliance the gateway asks, and what it finds of the login at the far site. */
export interface Standpoint {
  at: 'a' | 'b';
  /** KILLED: it was there, and the gateway does not know that it is gone. REFUSED: it never was. */
  remote: 'PRESENT' | 'KILLED' | 'REFUSED' | 'NEVER';
  /** The other site goes down once the target is in its state. */
  farSiteDown?: boolean;
}

export interface Target {
  place: 'plans' | 'groups';
  name: string;
  ways: Readonly<Record<string, readonly Step[]>>;
}

const ROOTS = { a: '/api/rest/srm/v2', b: '/site-b/api/rest/srm/v2' } as const;
const OTHER = { a: 'b', b: 'a' } as const;
const SITE_ID = 'srm-site';

const durationsMs = { test: RUN_MS, cleanup: RUN_MS, recovery: RUN_MS, reprotect: RUN_MS };
const shelf = new SimulatorShelf(
  srmSimulator,
  { credentials: /\/(?:remote-)?session$/, isLogIn: () => false, throttledBody: '' },
  { durationsMs: { ...durationsMs, cancel: RUN_MS / 10, other: RUN_MS } },
);

export const closeSrm = (): Promise<void> => shelf.close();

/** A plan or a group on its way into a state, as one of the two appliances shows it. */
export async function srmScene(target: Target, standpoint: Standpoint): Promise<Scene> {
  const site: SrmSite = await shelf.take();
  const bench = new Workbench(SITE_ID, () => site.running.simulator.clock.now());
  const driver = bench.driver({}, (context) => srm.create(settingsFor(site, standpoint), context));
  const provider = new Provider(driver, { siteId: SITE_ID, siteName: 'SRM', readTimeoutMs: 10_000 });
  const targetId = idOf(site.state[target.place], target.name);
  // The first look tells the gateway where home is.
  await provider.listRecoveryPlans();

  return {
    provider,
    targetId,
    async enter(state) {
      for (const step of target.ways[state] ?? []) await step(site);
      await expectState(provider, target, targetId, state);
      if (standpoint.remote === 'PRESENT' || standpoint.remote === 'KILLED')
        await logInAtBoth(provider, site);
      if (standpoint.remote === 'KILLED') await site.control('DELETE', '/remote-sessions');
      if (standpoint.farSiteDown)
        await site.control('PATCH', `/sites/${OTHER[standpoint.at]}`, { up: false });
    },
    remember: () => rememberWorld(site.running.simulator),
    sendByHand: (call) => sendByHand(site, standpoint, call),
    executions: () => site.running.simulator.journal.executions(),
    close: () => bench.close(),
  };
}

/** A way that does not lead where it says would make every one of its cells worthless. */
async function expectState(provider: Provider, { place }: Target, id: string, state: string): Promise<void> {
  const named = publicId(SITE_ID, id);
  const { upstream } = await (place === 'plans'
    ? provider.getRecoveryPlan(named)
    : provider.getProtectionGroup(named));
  if (upstream.state !== state) throw new Error(`the way to ${state} leads to ${upstream.state}`);
}

/** Any preparation that needs both logins makes them. */
async function logInAtBoth(provider: Provider, site: SrmSite): Promise<void> {
  const targetNativeId = idOf(site.state.plans, 'erp-plan');
  const none = { partNativeId: null, direction: null, options: {}, group: null, changes: null, input: null };
  await provider.prepare({ action: 'START_DRILL', targetNativeId, ...none }, 'log-in');
}

async function sendByHand(
  { running, state }: SrmSite,
  { at }: Standpoint,
  call: UpstreamCall,
): Promise<boolean> {
  const session = state.sessions.find((each) => each.site === at);
  const path = call.path.replace('{pairing}', state.pairingId);
  const answer = await fetch(`${running.url}${ROOTS[at]}${path}`, {
    method: call.method,
    headers: { 'x-dr-session': session?.id ?? '', 'content-type': 'application/json' },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  });
  await answer.arrayBuffer();
  return answer.ok;
}

function settingsFor({ running }: SrmSite, { at, remote }: Standpoint): Parameters<typeof srm.create>[0] {
  const { accounts } = srmSimulator.defaultSettings;
  const [near, far] = [accounts[at][0], accounts[OTHER[at]][0]];
  return {
    endpoint: `${running.url}${ROOTS[at]}`,
    auth: {
      type: 'session',
      userName: near?.username ?? '',
      password: near?.password ?? '',
      remoteUserName: far?.username ?? '',
      remotePassword: remote === 'REFUSED' ? 'not-the-password' : (far?.password ?? ''),
    },
  };
}
