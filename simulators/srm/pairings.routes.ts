import { issuesOfPairing, issuesOfSite } from './issues.js';
import { connected, siteByServer } from './sites.js';
import { openTask } from './tasks.js';
import { beginWork } from './work.js';
import { spec, text, whole, optional } from './specs.js';
import { gap, list, one, PAIRING, SRM, VCENTER, type Answer, type Call, type Surface } from './surface.js';
import { taskView } from './tasks.js';
import { otherSite, type SiteKey } from './world.js';
import { serverView, srmView } from './views.js';

const pairingSpec = spec({
  pair_psc_info: spec({
    url: text(),
    port: whole(1, 65_535),
    thumbprint: optional(text()),
    username: text(),
    password: text(),
  }),
  pair_vc_guid: text(),
  pair_srm_thumbprint: optional(text()),
  pair_srm_url: optional(text()),
});

/** The one pairing, seen from its own end, and the servers of both sites. */
export function pairingRoutes(on: Surface): void {
  on.get('/pairings', 'PP', (call) => {
    const missing = call.seesRemote ? [] : REMOTE_GAPS;
    return list(call, call.world.paired ? [pairingView(call)] : [], () => missing);
  });
  on.get(PAIRING, 'PP', (call) => {
    const missing = call.seesRemote ? [] : REMOTE_GAPS;
    return one(
      pairingView(call),
      missing.map((field) => gap(`$.${field}`)),
    );
  });
  on.get(`${PAIRING}/issues`, 'PP', (call) => list(call, issuesOfPairing(call.sim)));

  on.get('/server/info', '--', (call) => one(srmAt(call, call.here)));
  on.get(`${PAIRING}/srms`, 'PP', (call) =>
    list(
      call,
      bothSites(call).map((site) => srmAt(call, site)),
      gapsOf(call),
    ),
  );
  on.get(SRM, 'DD', (call) => one(srmAt(call, siteByServer(call.world, 'srm', call.params.srm_id))));
  on.get(`${SRM}/issues`, 'DD', (call) =>
    list(call, issuesOfSite(call.sim, siteByServer(call.world, 'srm', call.params.srm_id))),
  );
  on.get(`${PAIRING}/vcenters`, 'PP', (call) =>
    list(
      call,
      bothSites(call).map((site) => vcAt(call, site)),
      gapsOf(call),
    ),
  );
  on.get(VCENTER, 'DD', (call) => one(vcAt(call, siteByServer(call.world, 'vc', call.params.vcenter_id))));

  if (on.version === 1) return;
  on.post('/pairings', '--', (call) => pairingTask(call, !call.world.paired));
  on.post(`${PAIRING}/actions/reconnect`, '--', (call) => pairingTask(call, true));
  on.delete(PAIRING, 'EE', (call) => bareTask(call, false));
}

const REMOTE_GAPS = ['remote_vc_server.certificates', 'remote_srm_server.certificates'];

function pairingView(call: Call): object {
  const { world, here } = call;
  const there = otherSite(here);
  return {
    pairing_id: world.pairingId,
    local_vc_server: vcAt(call, here),
    // Both ends behind one vCenter: a "ROBO" pairing needs no remote session (srm reference 1.5).
    remote_vc_server: call.sim.settings.robo ? vcAt(call, here) : vcAt(call, there),
    local_srm_server: serverView(world.sites[here].srm, statusOf(call, here), true),
    remote_srm_server: serverView(world.sites[there].srm, statusOf(call, there), knows(call, there)),
  };
}

const bothSites = ({ here }: Call): SiteKey[] => [here, otherSite(here)];

const knows = (call: Call, site: SiteKey): boolean => site === call.here || call.seesRemote;

const statusOf = (call: Call, site: SiteKey): 'OK' | 'ERROR' =>
  site === call.here || connected(call.world) ? 'OK' : 'ERROR';

const srmAt = (call: Call, site: SiteKey): object =>
  srmView(call.world, site, statusOf(call, site), knows(call, site));

const vcAt = (call: Call, site: SiteKey): object =>
  serverView(call.world.sites[site].vc, statusOf(call, site), knows(call, site));

const gapsOf =
  (call: Call) =>
  (item: object): string[] =>
    'certificates' in item && item.certificates === null && !call.seesRemote ? ['certificates'] : [];

/** A second pairing with the same peer is refused, but only by the task. */
function pairingTask(call: Call, possible: boolean): Answer {
  const given = pairingSpec(call.body);
  if (possible && given.pair_vc_guid === call.world.sites[otherSite(call.here)].vc.id)
    return bareTask(call, true);
  const error = possible
    ? { message: 'The peer cannot be reached.', details: 'ConnectionDownFault' }
    : { message: 'The sites are paired already.', details: 'AlreadyPairedFault' };
  const task = openTask(call.sim, { kind: 'pairing', site: call.here });
  Object.assign(task, { status: 'ERROR', error, endedAt: call.sim.instant });
  return { status: 202, body: taskView(task, call.version) };
}

/** Unlike every other operation, these answer a task without `_meta` (srm reference 5). */
function bareTask(call: Call, paired: boolean): Answer {
  const task = beginWork(call.sim, {
    kind: 'pairing',
    site: call.here,
    entity: null,
    entityName: null,
    target: call.world.pairingId,
    effect: { kind: 'pairing', payload: { paired } },
  });
  return { status: 202, body: taskView(task, call.version) };
}
