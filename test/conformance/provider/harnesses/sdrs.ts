import {
  sdrsSimulator,
  type SdrsSettings as SdrsSimulatorSettings,
  type SdrsState,
} from '../../../../simulators/sdrs/sdrs.simulator.js';
import type { DrAction } from '../../../../src/domain/dr-action.js';
import { sdrs } from '../../../../src/providers/sdrs/sdrs.factory.js';
import type { SdrsSettings } from '../../../../src/providers/sdrs/sdrs.settings.js';
import { staged } from '../expectations.js';
import type { ConformanceSubject, DriverWish, Harness, Stage } from '../harness.js';
import { sdrsPartStages, sdrsWhere } from './sdrs-parts.js';
import { SimulatorShelf, type SimulatedSite, type WireManners } from './simulated-site.js';
import { Workbench } from './workbench.js';

/** The longest job of the documents, a drill (SDRS reference 5.5), with room to spare. */
const LONGEST_WORK_MS = 20 * 60_000;
const WRONG_PASSWORD = 'not-the-password';

const MANNERS: WireManners = {
  credentials: /\/v3\/auth\/tokens/,
  isLogIn: ({ method, path }) => method === 'POST' && path === '/v3/auth/tokens',
  asks: /\/resource_instances\/action/,
  throttledBody: { error_code: 'APIGW.0308', error_msg: 'The throttling threshold has been reached.' },
};

export type Site = SimulatedSite<SdrsState, SdrsSimulatorSettings>;

const shelf = new SimulatorShelf(sdrsSimulator, MANNERS);

/** @param signed with an access key instead of a password */
async function createHarness(signed = false): Promise<Harness> {
  const site: Site = await shelf.take();
  const bench = new Workbench('sdrs-site', () => site.running.simulator.clock.now());
  const [account] = sdrsSimulator.defaultSettings.accounts;
  const [key] = account?.accessKeys ?? [];

  return {
    ...site.grip(),
    longestWorkMs: LONGEST_WORK_MS,
    createDriver: (wish = {}) =>
      bench.driver(signed ? withinSkew(wish) : wish, (context) => {
        const settings = settingsFor(site, wish.wrongPassword ? WRONG_PASSWORD : account?.password);
        return sdrs.create(signed ? signing(settings, wish.wrongPassword) : settings, context);
      }),
    kill: () => site.control('POST', '/expire-tokens'),

    stage: (action) => staged(stagesOn(site), action),
    part: (action) => staged(sdrsPartStages(site), action),
    where: (read) => staged(sdrsWhere(site), read),
    crowd: (size) => crowdOf(site, size),
    setState: (_type, nativeId, status) => site.control('PATCH', `/groups/${nativeId}`, { status }),
    absentId: () => '00000000-0000-4000-8000-000000000000',

    async failNext() {
      const failReason = 'FailoverTask-fail:the disk did not detach';
      await site.control('POST', '/fail-next', { errorCode: 'EVS.2024', failReason });
      return 'EVS.2024';
    },
    askNext: () => Promise.reject(new Error('SDRS asks nobody anything')),
    async forgetJobs() {
      for (const { job_id: id } of site.state.jobs) await site.control('DELETE', `/jobs/${id}`);
    },

    secrets: () => [
      account?.password ?? '',
      key?.secret ?? '',
      WRONG_PASSWORD,
      ...Object.keys(site.state.tokens),
    ],
    logged: () => bench.logged(),
    close: () => bench.close(),
  };
}

function signing(settings: SdrsSettings, wrong = false): SdrsSettings {
  const [key] = sdrsSimulator.defaultSettings.accounts[0]?.accessKeys ?? [];
  const secretKey = wrong ? WRONG_PASSWORD : (key?.secret ?? '');
  return { ...settings, auth: { type: 'signature', accessKey: key?.access ?? '', secretKey } };
}

/** A signature forgives a clock a quarter of an hour; what is beyond is refused, and a test of its own. */
function withinSkew(wish: DriverWish): DriverWish {
  const off = wish.clockOffMs ?? 0;
  return { ...wish, clockOffMs: Math.sign(off) * Math.min(Math.abs(off), 14 * 60_000) };
}

function settingsFor({ running }: Site, password = ''): SdrsSettings {
  const [account] = sdrsSimulator.defaultSettings.accounts;
  return {
    endpoint: running.url,
    projectId: account?.projects[0]?.id ?? '',
    auth: {
      type: 'password',
      iamEndpoint: `${running.url}/v3`,
      domainName: account?.domain ?? '',
      userName: account?.user ?? '',
      password,
    },
  };
}

/** The first world holds a group for every situation. */
function stagesOn({ state }: Site): Partial<Record<DrAction, Stage>> {
  const named = (name: string) => state.groups.find((group) => group.name === name)?.id ?? '';
  const [domain] = state.domains;
  const erp = named('erp-dr');
  return {
    CREATE_PROTECTION_GROUP: {
      targetId: null,
      after: [],
      group: {
        name: 'crm-dr',
        description: 'CRM',
        sourceAvailabilityZone: domain?.local_replication_cluster.availability_zone,
        targetAvailabilityZone: domain?.remote_replication_cluster.availability_zone,
        domainId: domain?.id,
        sourceVpcId: state.vpcs[0]?.id,
      },
    },
    UPDATE_PROTECTION_GROUP: { targetId: erp, after: [], changes: { name: 'erp-dr-renamed' } },
    DELETE_PROTECTION_GROUP: { targetId: named('lab-empty'), after: [] },
    ENABLE_PROTECTION: { targetId: named('shop-dr'), after: [] },
    DISABLE_PROTECTION: { targetId: erp, after: [] },
    PLANNED_FAILOVER: { targetId: erp, after: [] },
    FAILOVER: { targetId: erp, after: [] },
    REPROTECT: { targetId: erp, after: ['FAILOVER'] },
    START_DRILL: { targetId: erp, after: [], options: { drillName: 'spring-drill' } },
    CLEAN_UP_DRILL: { targetId: erp, after: ['START_DRILL'] },
  };
}

/** Twins of the protected group, each with instances and pairs of its own. */
function crowdOf({ state, running }: Site, size: number): string[] {
  const model = state.groups.find((group) => group.name === 'erp-dr');
  if (!model) throw new Error('the first world has no erp-dr');
  const { random } = running.simulator;
  return Array.from({ length: size }, (_, index) => {
    const id = random.uuid();
    state.groups.push({ ...structuredClone(model), id, name: `twin-${index + 1}` });
    for (const part of ['instances', 'pairs'] as const) {
      const twins = state[part].filter((item) => item.server_group_id === model.id);
      const list: object[] = state[part];
      for (const twin of structuredClone(twins))
        list.push({ ...twin, id: random.uuid(), server_group_id: id });
    }
    return id;
  });
}

export const sdrsSubject: ConformanceSubject = {
  name: 'sdrs',
  factory: sdrs,
  describes: {
    progress: 'steps',
    credentials: ['token'],
    prompts: false,
    // There is no list of jobs (SDRS reference 5.4): three are read in turn for their progress, else those that moved.
    // The list of groups takes two: pages are read until one is empty (section 3).
    requestsToObserve: (operations) => 2 + Math.min(operations, 3),
  },
  createHarness: () => createHarness(),
  close: () => shelf.close(),
};

/** The same, with requests that are signed (section 1.5): there is nothing that could die. */
export const signedSdrsSubject: ConformanceSubject = {
  ...sdrsSubject,
  describes: { ...sdrsSubject.describes, credentials: [] },
  createHarness: () => createHarness(true),
};
