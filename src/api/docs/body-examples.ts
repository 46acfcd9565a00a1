import { SDRS_GROUP, SDRS_INSTANCE, SRM_GROUP, type Examples } from './examples.js';

const AT_PROTECTED = '11111111-aaaa-4aaa-8aaa-111111111111';
const AT_RECOVERY = '22222222-bbbb-4bbb-8bbb-222222222222';
const GROUP = '/v1/protection-groups/{id}';
const INSTANCE = `${GROUP}/protected-instances/{instanceId}`;
const PAIR = `${GROUP}/replication-pairs/{pairId}`;
const PLAN = '/v1/recovery-plans/{id}';

/** A server that nothing protects yet, and its subnet. */
const FREE_SERVER = 'd0a1cf57-0820-43ad-af50-42c0b84d608d';
const SUBNET = 'a881cd42-4e42-4851-a14a-a1883c4ffd02';
const OTHER_SUBNET = '0f5bd14d-cc31-4684-a4ed-aa36434ef251';
const FREE_VOLUME = '9528bb50-dd81-4caa-ab3e-45234f817a84';
const TEST_NETWORK = {
  networkId: `Network:network-15:${AT_RECOVERY}`,
  testNetworkId: `Network:network-18:${AT_RECOVERY}`,
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
        hbrSpec: { vms: [`VirtualMachine:vm-37:${AT_PROTECTED}`] },
      },
    },
    sdrsWhole: {
      summary: 'On SDRS, with its servers, protected at the end',
      value: {
        siteId: 'eu-cloud',
        name: 'crm-dr',
        sourceAvailabilityZone: 'eu-de-01',
        targetAvailabilityZone: 'eu-de-02',
        domainId: '716c4306-9c43-48c3-a7cf-3c25632b9240',
        sourceVpcId: '0c632d4e-86a5-48cc-a3aa-056da5590e89',
        protectedInstances: [{ serverId: FREE_SERVER, name: 'crm-app01' }],
        replicationPairs: [
          {
            volumeId: FREE_VOLUME,
            name: 'crm-data',
            attachTo: { serverId: FREE_SERVER, device: '/dev/vdc' },
          },
        ],
        enableProtection: true,
        reason: 'Go-live of the CRM',
      },
    },
    srmWhole: {
      summary: 'On SRM, with a plan that runs it',
      value: {
        siteId: 'berlin-dc',
        name: 'crm',
        hbrSpec: { vms: [`VirtualMachine:vm-37:${AT_PROTECTED}`] },
        recoveryPlan: { name: 'crm-plan', testNetworks: [TEST_NETWORK] },
        enableProtection: true,
      },
    },
  },
  [`patch ${GROUP}`]: one('A new name', {
    name: 'erp-dr-2',
    reason: 'Naming convention 2027',
  }),
  [`post ${GROUP}/actions/enable-protection`]: one('With a reason', {
    reason: 'Go-live of the ERP',
  }),
  [`post ${GROUP}/actions/disable-protection`]: one('With a reason', {
    reason: 'Storage maintenance, change 815',
  }),
  [`post ${PLAN}/actions/planned-failover`]: {
    usual: {
      summary: 'To the recovery site',
      value: { direction: 'TO_RECOVERY', reason: 'Power maintenance at home, change 4711' },
    },
    back: {
      summary: 'And back: failback',
      value: { direction: 'TO_PRODUCTION', reason: 'Maintenance is over, change 4711' },
    },
  },
  [`post ${PLAN}/actions/failover`]: {
    usual: {
      summary: 'To the recovery site',
      value: { direction: 'TO_RECOVERY', reason: 'Storage array failing at home, incident 4711' },
    },
    sure: {
      summary: 'Only if it still is what was seen',
      value: { direction: 'TO_RECOVERY', expectedState: 'PROTECTED', expectedActiveSite: 'PRODUCTION' },
    },
    look: {
      summary: 'Check everything, send nothing',
      value: { direction: 'TO_RECOVERY', validateOnly: true },
    },
  },
  [`post ${PLAN}/actions/reprotect`]: one('With a reason', {
    reason: 'The old site is back, incident 4711',
  }),
  [`post ${PLAN}/actions/start-drill`]: {
    usual: { summary: 'With a reason', value: { reason: 'Quarterly drill' } },
    due: {
      summary: 'To be cleaned up by a time',
      value: { reason: 'Quarterly drill', dueTime: '2030-02-01T18:00:00Z' },
    },
  },
  [`post ${PLAN}/actions/clean-up-drill`]: one('With a reason', {
    reason: 'The drill went well',
  }),
  [`post ${GROUP}/actions/restore-placeholders`]: one('With a reason', {
    reason: 'Placeholders were deleted by mistake',
  }),
  [`post ${GROUP}/protected-instances`]: {
    sdrs: {
      summary: 'On SDRS: a server',
      value: {
        serverId: FREE_SERVER,
        name: 'crm-app01',
        recoverySubnetId: SUBNET,
        recoveryIpAddress: '10.0.0.115',
        tags: [{ key: 'tier', value: 'app' }],
      },
    },
    srm: {
      summary: 'On SRM: a replicated machine',
      value: { serverId: `VirtualMachine:vm-37:${AT_PROTECTED}` },
    },
  },
  [`patch ${INSTANCE}`]: one('A new name', { name: 'erp-app-one' }),
  [`post ${INSTANCE}/actions/enable-protection`]: {
    mapped: { summary: 'As the inventory mappings say', value: {} },
    placed: {
      summary: 'SRM: in a folder of its own',
      value: { settings: { folderId: `Folder:group-v30:${AT_RECOVERY}` } },
    },
  },
  [`post ${INSTANCE}/actions/disable-protection`]: one('With a reason', { reason: 'Out of service' }),
  [`post ${INSTANCE}/actions/resize`]: {
    both: { summary: 'SDRS: both servers', value: { flavor: 's3.xlarge.4' } },
    one: { summary: 'SDRS: the one at the other site', value: { recoveryFlavor: 's3.xlarge.4' } },
  },
  [`post ${INSTANCE}/actions/add-network-interface`]: one('SDRS: with a free address', {
    subnetId: OTHER_SUBNET,
  }),
  [`post ${INSTANCE}/actions/remove-network-interface`]: one('SDRS: by its port', {
    networkInterfaceId: '9b0c1d7e-5f3a-4c2b-8e11-7d6c5b4a3f77',
  }),
  [`put ${INSTANCE}/tags`]: one('SDRS: one tag', { tags: [{ key: 'tier', value: 'app' }] }),
  [`put ${INSTANCE}/protection-settings`]: one('SRM: a folder and a network', {
    settings: {
      folderId: `Folder:group-v30:${AT_RECOVERY}`,
      networks: [
        {
          sourceNetworkId: `Network:network-15:${AT_PROTECTED}`,
          targetNetworkId: `Network:network-15:${AT_RECOVERY}`,
        },
      ],
      changeVersion: '1',
    },
  }),
  [`post ${GROUP}/replication-pairs`]: one('SDRS: a disk that is not in a pair', {
    volumeId: FREE_VOLUME,
    name: 'archive',
  }),
  [`patch ${PAIR}`]: one('A new name', { name: 'erp-data' }),
  [`post ${PAIR}/actions/expand`]: one('SDRS: to 200 GB', { sizeGigabytes: 200 }),
  [`post ${PAIR}/actions/attach`]: one('SDRS: to erp-app01', {
    protectedInstanceId: SDRS_INSTANCE,
    device: '/dev/vdb',
  }),
  [`post ${PAIR}/actions/detach`]: one('SDRS: from erp-db01', {
    protectedInstanceId: 'eu-cloud.1a4f2191-a405-4bc8-af4f-6a4c7b9ac454',
  }),
  'post /v1/recovery-plans': one('On SRM: a plan of one group', {
    siteId: 'berlin-dc',
    name: 'erp-plan-night',
    description: 'ERP, outside of office hours',
    protectionGroupIds: [SRM_GROUP],
    testNetworks: [TEST_NETWORK],
  }),
  [`patch ${PLAN}`]: one('SRM: another name', { name: 'erp-plan-2', reason: 'Naming convention 2027' }),
  [`patch ${PLAN}/protected-instances/{instanceId}/recovery-settings`]: one('SRM: starts second', {
    priority: 2,
    startupAction: 'POWER_ON',
    delayBeforeDependentsSeconds: 30,
  }),
  [`post ${PLAN}/recovery-steps`]: {
    prompt: {
      summary: 'SRM: a prompt at the end',
      value: { type: 'PROMPT', name: 'Check the network', content: 'Is the recovery network up?' },
    },
    command: {
      summary: 'SRM: a command on the server, before the first step',
      value: {
        type: 'COMMAND_ON_SERVER',
        name: 'Tell the help desk',
        content: '/opt/scripts/tell.sh',
        timeoutSeconds: 60,
        beforeStepId: '1',
      },
    },
  },
  [`patch ${PLAN}/recovery-steps/{stepId}`]: one('SRM: another text', {
    expectedTitle: 'Check the network',
    content: 'Is the recovery network up, and the firewall open?',
  }),
  'patch /v1/drills/{id}': one('A later due time', { dueTime: '2030-02-01T18:00:00Z' }),
  [`patch ${PLAN}/drills/{drillId}`]: one('SDRS: a new name', { name: 'quarterly-drill' }),
  'post /v1/approvals/{id}/approve': one('With a word for the history', {
    reason: 'Seen on the bridge call',
  }),
  'post /v1/approvals/{id}/decline': one('Why not', { reason: 'The array is back' }),
  'post /v1/approvals/{id}/override': one('Why nobody else is asked', {
    reason: 'Nobody else can be reached, incident 4711',
  }),
  'post /v1/emergencies': one('For one site', {
    reason: 'AZ 1 is lost, incident 4711',
    siteIds: ['eu-cloud'],
    untilTime: '2030-02-01T18:00:00Z',
  }),
  'post /v1/webhooks': {
    all: { summary: 'Everything', value: { url: 'https://hooks.example.com/dr' } },
    some: {
      summary: 'What ends, at one site',
      value: {
        url: 'https://hooks.example.com/dr',
        eventTypes: ['operation.succeeded', 'operation.failed', 'operation.unknown'],
        siteIds: ['eu-cloud'],
        description: 'On-call',
      },
    },
  },
  'post /v1/api-keys': {
    drills: {
      summary: 'Rehearses at one site, until a day',
      value: {
        name: 'nightly drills',
        description: 'Pipeline of the platform team',
        grants: [{ role: 'drill-operator', sites: ['eu-cloud'], targets: '*' }],
        expiresTime: '2030-02-01T18:00:00Z',
      },
    },
    plan: {
      summary: 'Fails over one plan, sees everything',
      value: {
        name: 'erp on call',
        grants: [
          { role: 'viewer', sites: '*', targets: '*' },
          { role: 'commander', sites: ['eu-cloud'], targets: [SDRS_GROUP] },
        ],
      },
    },
  },
  'patch /v1/api-keys/{id}': one('It ends on a day', { expiresTime: '2030-02-01T18:00:00Z' }),
  'post /v1/api-keys/{id}/rotate-secret': {
    overlap: { summary: 'The old secret goes on for an hour', value: { overlapSeconds: 3600 } },
    leaked: { summary: 'It has leaked: the old secret ends now', value: { overlapSeconds: 0 } },
  },
  'patch /v1/webhooks/{id}': one('Enable it again', { disabled: false }),
  'post /v1/operations/{id}/resolution': one('It was never carried out', {
    verdict: 'NOT_EXECUTED',
    reason: 'Looked at the console: the interface was never added',
  }),
  'post /v1/operations/{id}/input': one('Go on', { promptId: 'prompt-1', answer: 'CONTINUE' }),
};
