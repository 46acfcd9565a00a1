/** Examples that can be sent as they stand to the simulated sites; test/docs/openapi.spec.ts holds them to it. */
export interface Example {
  summary: string;
  value: unknown;
}
export type Examples = Readonly<Record<string, Example>>;

const SRM = '33333333-cccc-4ccc-8ccc-333333333333';
export const SDRS_GROUP = 'eu-cloud.9922f407-5fa7-4a0c-a2ae-99699cd6cb32';
export const SDRS_INSTANCE = 'eu-cloud.6a685beb-1542-4015-a4a3-0a8fc679a1a5';
const SRM_PLAN = `berlin-dc.DrRecoveryRecoveryPlan~5a0f3f0e-1d0a-4a31-8a1b-3c7f0f6f2b11~${SRM}`;
export const SRM_GROUP = `berlin-dc.DrReplicationVmProtectionGroup~vm-protection-group-1001~${SRM}`;

const GROUPS: Examples = {
  sdrs: { summary: 'SDRS: erp-dr', value: SDRS_GROUP },
  srm: {
    summary: 'SRM: erp',
    value: SRM_GROUP,
  },
};

const PLANS: Examples = {
  sdrs: { summary: 'SDRS: erp-dr, the plan of the group', value: SDRS_GROUP },
  srm: {
    summary: 'SRM: erp-plan',
    value: SRM_PLAN,
  },
};

const SITES: Examples = {
  sdrs: { summary: 'An SDRS site', value: 'eu-cloud' },
  srm: { summary: 'An SRM site', value: 'berlin-dc' },
};

const OPERATIONS: Examples = {
  operation: { summary: 'An operation', value: 'eu-cloud.0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e' },
};

const INSTANCES: Examples = {
  sdrs: { summary: 'SDRS: erp-app01 in erp-dr', value: SDRS_INSTANCE },
  srm: {
    summary: 'SRM: erp-db in erp',
    value: 'berlin-dc.VirtualMachine~vm-29~11111111-aaaa-4aaa-8aaa-111111111111',
  },
};

const PAIRS: Examples = {
  sdrs: {
    summary: 'SDRS: erp-db01-vdb in erp-dr',
    value: 'eu-cloud.46ae5e77-f6e8-4057-a89f-50b02decaf0b',
  },
};

const DRILLS: Examples = {
  srm: {
    summary: 'SRM: the one drill that erp-plan can have',
    value: `${SRM_PLAN}~test`,
  },
  sdrs: { summary: 'SDRS: as the list shows it', value: 'eu-cloud.e4a1c0de-5b5e-4c0a-9d1f-0a1b2c3d4e5f' },
};

function of(summary: string, value: string): Examples {
  return { usual: { summary, value } };
}

const GROUP = '/v1/protection-groups/{id}';
const PLAN = '/v1/recovery-plans/{id}';

/** By the path up to a parameter: what the parameter may be. */
export const PARAMETER_EXAMPLES: Readonly<Record<string, Examples>> = {
  '/v1/sites/{siteId}': SITES,
  '/v1/sites/{siteId}/failed-tasks/{taskId}': of(
    'As the list shows it',
    '6a685beb-1542-4015-a4a3-0a8fc679a1a5',
  ),
  [GROUP]: GROUPS,
  [`${GROUP}/protected-instances/{instanceId}`]: INSTANCES,
  [`${GROUP}/replication-pairs/{pairId}`]: PAIRS,
  [PLAN]: PLANS,
  [`${PLAN}/protected-instances/{instanceId}`]: INSTANCES,
  [`${PLAN}/recovery-steps/{stepId}`]: of('As the list shows it', '1'),
  [`${PLAN}/runs/{reportId}`]: of('As the list shows it', '1'),
  [`${PLAN}/drills/{drillId}`]: DRILLS,
  '/v1/drills/{id}': DRILLS,
  '/v1/findings/{id}': of('As the list shows it', 'eu-cloud.Yk3mY0o8tZ3WvJq5s7c2Lw'),
  '/v1/operations/{id}': OPERATIONS,
  '/v1/approvals/{id}': of('As the list shows it', 'eu-cloud.0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e'),
  '/v1/emergencies/{id}': of('As the list shows it', '0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e'),
  '/v1/webhooks/{id}': of('A webhook', '0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e'),
  '/v1/webhooks/{id}/deliveries/{deliveryId}': of('As the list shows it', '018f2b3c4d5e6f708192a3b4c5d6e7f8'),
  '/v1/api-keys/{id}': of('As the list shows it', '7k2m9x4q1v8s3d6f'),
  '/problems/{code}': { problem: { summary: 'A problem', value: 'operation-in-progress' } },
};
