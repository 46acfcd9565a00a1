/** Examples that can be sent as they stand to the simulated sites; test/docs/openapi.spec.ts holds them to it. */
export interface Example {
  summary: string;
  value: unknown;
}
export type Examples = Readonly<Record<string, Example>>;

const SRM = '33333333-cccc-4ccc-8ccc-333333333333';
const SDRS_GROUP = 'eu-cloud.9922f407-5fa7-4a0c-a2ae-99699cd6cb32';

const GROUPS: Examples = {
  sdrs: { summary: 'SDRS: erp-dr', value: SDRS_GROUP },
  srm: {
    summary: 'SRM: erp',
    value: `berlin-dc.DrReplicationVmProtectionGroup~vm-protection-group-1001~${SRM}`,
  },
};

const PLANS: Examples = {
  sdrs: { summary: 'SDRS: erp-dr, the plan of the group', value: SDRS_GROUP },
  srm: {
    summary: 'SRM: erp-plan',
    value: `berlin-dc.DrRecoveryRecoveryPlan~5a0f3f0e-1d0a-4a31-8a1b-3c7f0f6f2b11~${SRM}`,
  },
};

const SITES: Examples = {
  sdrs: { summary: 'An SDRS site', value: 'eu-cloud' },
  srm: { summary: 'An SRM site', value: 'berlin-dc' },
};

const OPERATIONS: Examples = {
  operation: { summary: 'An operation', value: 'eu-cloud.0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e' },
};

/** By the beginning of a path: what its parameter may be. */
export const PARAMETER_EXAMPLES: Readonly<Record<string, Examples>> = {
  '/v1/sites/{siteId}': SITES,
  '/v1/protection-groups/{id}': GROUPS,
  '/v1/recovery-plans/{id}': PLANS,
  '/v1/operations/{id}': OPERATIONS,
  '/problems/{code}': { problem: { summary: 'A problem', value: 'operation-in-progress' } },
};

function one(summary: string, value: object): Examples {
  return { usual: { summary, value } };
}

/** By method and path: what can be sent. */
export const BODY_EXAMPLES: Readonly<Record<string, Examples>> = {
  'post /v1/protection-groups': {
    sdrs: {
      summary: 'On SDRS',
      value: {
        siteId: 'eu-cloud',
        name: 'crm-dr',
        description: 'CRM, production',
        sourceAvailabilityZone: 'eu-de-01',
        targetAvailabilityZone: 'eu-de-02',
        domainId: '716c4306-9c43-48c3-a7cf-3c25632b9240',
        sourceVpcId: '0c632d4e-86a5-48cc-a3aa-056da5590e89',
      },
    },
    srm: {
      summary: 'On SRM',
      value: {
        siteId: 'berlin-dc',
        name: 'crm',
        description: 'CRM, production',
        hbrSpec: { vms: ['VirtualMachine:vm-37:11111111-aaaa-4aaa-8aaa-111111111111'] },
      },
    },
  },
  'patch /v1/protection-groups/{id}': one('A new name', {
    name: 'erp-dr-2',
    reason: 'Naming convention 2027',
  }),
  'post /v1/protection-groups/{id}/actions/enable-protection': one('With a reason', {
    reason: 'Go-live of the ERP',
  }),
  'post /v1/protection-groups/{id}/actions/disable-protection': one('With a reason', {
    reason: 'Storage maintenance, change 815',
  }),
  'post /v1/recovery-plans/{id}/actions/planned-failover': {
    usual: {
      summary: 'To the recovery site',
      value: { direction: 'TO_RECOVERY', reason: 'Power maintenance at home, change 4711' },
    },
    back: {
      summary: 'And back: failback',
      value: { direction: 'TO_PRODUCTION', reason: 'Maintenance is over, change 4711' },
    },
  },
  'post /v1/recovery-plans/{id}/actions/failover': {
    usual: {
      summary: 'To the recovery site',
      value: { direction: 'TO_RECOVERY', reason: 'Storage array failing at home, incident 4711' },
    },
    look: {
      summary: 'Check everything, send nothing',
      value: { direction: 'TO_RECOVERY', validateOnly: true },
    },
  },
  'post /v1/recovery-plans/{id}/actions/reprotect': one('With a reason', {
    reason: 'The old site is back, incident 4711',
  }),
  'post /v1/recovery-plans/{id}/actions/start-drill': one('With a reason', { reason: 'Quarterly drill' }),
  'post /v1/recovery-plans/{id}/actions/clean-up-drill': one('With a reason', {
    reason: 'The drill went well',
  }),
};
