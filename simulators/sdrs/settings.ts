/** One IAM account, with the user that logs in and the projects that user may enter. */
export interface Account {
  domain: string;
  user: string;
  password: string;
  projects: { id: string; name: string }[];
  accessKeys: { access: string; secret: string }[];
}

/** What the simulated service lets a test choose; the comments name the document's section. */
export interface SdrsSettings {
  /** How many protected groups of one server and one disk the first world has beside the named four. */
  moreGroups: number;
  accounts: Account[];
  tokenLifetimeMs: number;
  /** 1.4: which of the documented shapes a dead token meets. */
  expiredTokenAnswer: 'gateway-0307' | 'gateway-0301' | 'iam-403' | 'sdrs-400' | 'sdrs-500';
  /** 1.6: calls per second and API above which the gateway answers 429; null = never. */
  throttlePerSecond: number | null;

  /** 9: the HTTP status for a job id that is unknown, forgotten or past its retention. */
  unknownJob: 404 | 400 | 500;
  entitiesBeforeSuccess: boolean;
  jobRetentionMs: number | null;
  /** 1 = the documented durations, 0.1 = ten times faster. Also scales synchronisation. */
  durationFactor: number;
  /** How long one gigabyte takes to synchronise, before the factor. */
  syncMsPerGb: number;
  /** The code of a group job of which one pair's sub job failed. */
  subJobFailCode: string;

  groupVisibleWhileCreating: boolean;
  /** For how long reads still show the old status after an action was accepted. */
  statusLagMs: number;
  reverseToCurrent: 'refuse' | 'no-op';
  priorityStationAfterFail: 'unchanged' | 'flipped';
  /** Reverse, re-protect, resize and system-disk detach insist on stopped servers (1319, 1342, 1316). */
  requireServersStopped: boolean;
  /** Servers, disks and VPCs missing from the side table are invented instead of refused. */
  acceptUnknownServers: boolean;

  listOrder: 'created-desc' | 'created-asc' | 'unstable';
  countMode: 'matching' | 'page';
  /** 3.7: total_count of a query by tag is said not to depend on the filter. */
  tagTotal: 'matching' | 'all';
  /** The parameter text allows a limit of 0–1000; code 0221 only 1–999. true = the code is right. */
  strictLimit: boolean;
  errorWrapper: 'error' | 'badrequest' | 'itemNotFound' | 'gateway' | 'html';

  quotas: {
    server_groups: number;
    replications: number;
    instancesPerGroup: number;
    unattachedReplications: number;
    vpcs: number;
    tagsPerInstance: number;
    batchCreate: number;
    batchDelete: number;
  };
}

export const DEFAULT_SETTINGS: SdrsSettings = {
  moreGroups: 0,
  accounts: [
    {
      domain: 'demo',
      user: 'demo',
      password: 'demo-password',
      projects: [{ id: '0123456789abcdef0123456789abcdef', name: 'eu-de' }],
      accessKeys: [{ access: 'AKEXAMPLE0000001', secret: 'SkExample-not-a-secret-0001' }],
    },
  ],
  tokenLifetimeMs: 24 * 3_600_000,
  expiredTokenAnswer: 'gateway-0307',
  throttlePerSecond: null,
  unknownJob: 404,
  entitiesBeforeSuccess: false,
  jobRetentionMs: null,
  durationFactor: 1,
  syncMsPerGb: 500,
  subJobFailCode: 'SDRS.0406',
  groupVisibleWhileCreating: true,
  statusLagMs: 0,
  reverseToCurrent: 'refuse',
  priorityStationAfterFail: 'unchanged',
  requireServersStopped: false,
  acceptUnknownServers: false,
  listOrder: 'created-desc',
  countMode: 'matching',
  tagTotal: 'matching',
  strictLimit: false,
  errorWrapper: 'error',
  quotas: {
    server_groups: 50,
    replications: 100,
    instancesPerGroup: 20,
    unattachedReplications: 20,
    vpcs: 5,
    tagsPerInstance: 20,
    batchCreate: 5,
    batchDelete: 20,
  },
};
