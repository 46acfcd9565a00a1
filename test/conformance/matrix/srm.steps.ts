import type { SrmSettings, SrmWorld } from '../../../simulators/srm/srm.simulator.js';
import type { SimulatedSite } from '../provider/harnesses/simulated-site.js';

export type SrmSite = SimulatedSite<SrmWorld, SrmSettings>;

/** One step of the way into a state: something done at the product's own console, or time that passes. */
export type Step = (site: SrmSite) => Promise<void>;

export type Run = 'test' | 'cleanup' | 'recovery' | 'reprotect';

/** Every run takes as long as every other. */
export const RUN_MS = 20_000;

type Named = { id: string; name: string };
export const idOf = (list: readonly Named[], name: string): string =>
  list.find((each) => each.name === name)?.id ?? '';

export const begin =
  (plan: string, action: Run): Step =>
  (site) =>
    site.control('POST', '/console', { planId: idOf(site.state.plans, plan), action });

/** The next run ends badly: it fails half way, or (`disaster`) leaves the protected site's machines running. */
export const doom =
  (action: Run, how: 'task' | 'disaster' = 'task'): Step =>
  (site) =>
    site.control('POST', '/fail-next', { action, how });

const pass =
  (ms: number): Step =>
  (site) => {
    site.grip().advance(ms);
    return Promise.resolve();
  };
export const aMoment = pass(1_000);
export const theEnd = pass(2 * RUN_MS);

/** The server dies; tasks are lost, sessions are not, for they are a circumstance of their own. */
export const death: Step = (site) => site.control('POST', '/server-death', { keepSessions: true });

export const prompt =
  (plan: string): Step =>
  (site) =>
    site.control('POST', `/plans/${idOf(site.state.plans, plan)}/prompts`, { action: 'recovery' });

export const pinned =
  (place: 'plans' | 'groups', name: string, status: string): Step =>
  (site) =>
    site.control('PATCH', `/${place}/${idOf(site.state[place], name)}`, { status });

/** What no control can do and no console would: a change of the world itself. */
export const change =
  (alter: (world: SrmWorld) => void): Step =>
  (site) => {
    alter(site.state);
    return Promise.resolve();
  };

export const whole = (plan: string, ...runs: Run[]): Step[] =>
  runs.flatMap((action) => [begin(plan, action), theEnd]);

/** A person who is logged in at both ends sends a request to the appliance of site a. */
export const byConsole =
  (group: string, method: 'POST', path: string): Step =>
  async (site) => {
    const base = `${site.running.url}/api/rest/srm/v2`;
    const { a, b } = site.running.simulator.settings.accounts;
    const login = await fetch(`${base}/session`, { method: 'POST', headers: basic(a[0]) });
    const { session_id: id } = (await login.json()) as { session_id: string };
    const pairing = `${base}/pairings/${site.state.pairingId}`;
    const headers = { 'x-dr-session': id };
    await fetch(`${pairing}/remote-session`, { method: 'POST', headers: { ...headers, ...basic(b[0]) } });
    const groupId = encodeURIComponent(idOf(site.state.groups, group));
    const answer = await fetch(`${pairing}/protection-management/groups/${groupId}${path}`, {
      method,
      headers,
    });
    if (!answer.ok) throw new Error(`${method} ${path} of ${group} answered ${answer.status}`);
    await fetch(`${base}/session`, { method: 'DELETE', headers });
  };

export const unprotect =
  (group: string, index: number): Step =>
  (site) => {
    const id = idOf(site.state.groups, group);
    const vm = site.state.vms.filter(({ groupId }) => groupId === id)[index];
    const path = `/vms/${encodeURIComponent(vm?.ids.a ?? '')}/actions/remove-protection`;
    return byConsole(group, 'POST', path)(site);
  };

export const protectAll = (group: string): Step => byConsole(group, 'POST', '/actions/configure-all-vms');

function basic(account?: { username: string; password: string }): Record<string, string> {
  const text = `${account?.username ?? ''}:${account?.password ?? ''}`;
  return { authorization: `Basic ${Buffer.from(text).toString('base64')}` };
}
