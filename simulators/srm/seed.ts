import { moref } from './ids.js';
import { inventoryAt } from './inventory.js';
import { seedMappings } from './mappings-work.js';
import { addPastRuns } from './past-runs.js';
import { followGroups } from './plan-status.js';
import type { Folder, Group, Plan, Site, SrmSim, Vm, VmRecovery, World } from './world.js';

const SITE_A: Site = {
  key: 'a',
  name: 'site-a',
  up: true,
  srm: {
    id: '33333333-cccc-4ccc-8ccc-333333333333',
    url: 'https://srm-a.example:443',
    name: 'site-a',
    version: '9.0.2',
  },
  vc: {
    id: '11111111-aaaa-4aaa-8aaa-111111111111',
    url: 'https://vc-a.example:443',
    name: 'vc-a.example',
    version: '8.0.3',
  },
};

const SITE_B: Site = {
  key: 'b',
  name: 'site-b',
  up: true,
  srm: {
    id: '44444444-dddd-4ddd-8ddd-444444444444',
    url: 'https://srm-b.example:443',
    name: 'site-b',
    version: '9.0.2',
  },
  vc: {
    id: '22222222-bbbb-4bbb-8bbb-222222222222',
    url: 'https://vc-b.example:443',
    name: 'vc-b.example',
    version: '8.0.3',
  },
};

const PROTECTION_ROOT = moref('DrFolder', 'DrReplicationRootFolder', SITE_A.srm.id);
const RECOVERY_ROOT = moref('DrFolder', 'DrRecoveryRootFolder', SITE_A.srm.id);

const FOLDERS: Folder[] = [
  { id: PROTECTION_ROOT, kind: 'protection', name: 'Protection Groups', parent: null },
  { id: RECOVERY_ROOT, kind: 'recovery', name: 'Recovery Plans', parent: null },
];

/** Name, group, priority. The last of `archive` is not protected; those without a group are candidates. */
const VMS: [string, string | null, VmRecovery['priority']][] = [
  ['erp-db', 'erp', 'P1'],
  ['erp-app', 'erp', 'P2'],
  ['web-1', 'web', 'P3'],
  ['web-2', 'web', 'P3'],
  ['web-lb', 'web', 'P4'],
  ['mail-1', 'mail', 'P3'],
  ['archive-1', 'archive', 'P3'],
  ['archive-2', 'archive', 'P3'],
  ['crm-1', null, 'P3'],
  ['crm-2', null, 'P3'],
  ['lab-1', null, 'P3'],
  ['kiosk-1', null, 'P3'],
];

const UNPROTECTED = 'archive-2';
/** Replicated, but in a network that no inventory mapping covers. */
const UNMAPPED = 'kiosk-1';
/** The one candidate whose protected VM stands at site B. */
const AT_SITE_B = 'lab-1';

const MORE_FROM = 900_000;

const PLANS: [string, string, string[]][] = [
  ['erp-plan', '5a0f3f0e-1d0a-4a31-8a1b-3c7f0f6f2b11', ['erp']],
  ['web-plan', '5a0f3f0e-1d0a-4a31-8a1b-3c7f0f6f2b12', ['web']],
  ['campus-plan', '5a0f3f0e-1d0a-4a31-8a1b-3c7f0f6f2b13', ['web', 'mail']],
  ['archive-plan', '5a0f3f0e-1d0a-4a31-8a1b-3c7f0f6f2b14', ['archive']],
  ['empty-plan', '5a0f3f0e-1d0a-4a31-8a1b-3c7f0f6f2b15', []],
];

/** One pair of sites, four groups, five plans. The ids are the same in every world. */
export function seedWorld({ settings, instant }: SrmSim): World {
  const groups = ['erp', 'web', 'mail', 'archive'].map(seedGroup);
  const world: World = {
    pairingId: '7b0e6c1e-5a53-4d0f-9a55-0e0c6d5b9f01',
    paired: true,
    link: true,
    sites: { a: structuredClone(SITE_A), b: structuredClone(SITE_B) },
    folders: structuredClone(FOLDERS),
    groups,
    plans: PLANS.map((plan) => seedPlan(plan, groups)),
    vms: VMS.map((vm, index) => seedVm(vm, index, groups)),
    inventory: [...inventoryAt('a', SITE_A.vc.id), ...inventoryAt('b', SITE_B.vc.id)],
    mappings: [],
    placeholderDatastores: [SITE_A, SITE_B].map((site) => moref('Datastore', 'datastore-17', site.vc.id)),
    tasks: [],
    history: [],
    sessions: [],
    windows: {},
    dooms: [],
    lastNumber: 2000,
  };
  world.mappings = seedMappings(world);
  addMore(world, settings.morePlans);
  addPastRuns(world, settings.pastRuns, instant, SITE_A.srm.id);
  for (const plan of world.plans) followGroups(world, plan);
  return world;
}

/** Plans by the hundred, each with a group and a VM of its own; numbered far from everything else. */
function addMore(world: World, plans: number): void {
  for (let index = 1; index <= plans; index += 1) {
    const number = String(index).padStart(4, '0');
    const group = seedGroup(`group-${number}`, MORE_FROM + index);
    world.groups.push(group);
    const uuid = `5a0f3f0e-1d0a-4a31-8a1c-${index.toString(16).padStart(12, '0')}`;
    world.plans.push(seedPlan([`plan-${number}`, uuid, [group.name]], [group]));
    world.vms.push(seedVm([`app-${number}`, group.name, 'P3'], MORE_FROM + index, [group]));
  }
}

function seedGroup(name: string, index: number): Group {
  return {
    id: moref('DrReplicationVmProtectionGroup', `vm-protection-group-${1001 + index}`, SITE_A.srm.id),
    name,
    description: null,
    location: PROTECTION_ROOT,
    type: 'HBR',
    protectedSite: 'a',
    phase: 'idle',
    loading: false,
    pinned: null,
  };
}

function seedPlan([name, uuid, groupNames]: (typeof PLANS)[number], groups: Group[]): Plan {
  return {
    id: moref('DrRecoveryRecoveryPlan', uuid, SITE_A.srm.id),
    name,
    description: null,
    location: RECOVERY_ROOT,
    protectedSite: 'a',
    groupIds: groups.filter((group) => groupNames.includes(group.name)).map((group) => group.id),
    status: 'READY_STATE',
    pinned: null,
    deleting: false,
    run: null,
    lastSteps: {},
    callouts: [],
    testNetworks:
      name === 'erp-plan'
        ? [
            {
              id: '66666666-ffff-4fff-8fff-666666666601',
              target: moref('Network', 'network-15', SITE_B.vc.id),
              test: moref('Network', 'network-18', SITE_B.vc.id),
            },
          ]
        : [],
    vmsToSuspend: [],
  };
}

function seedVm([name, groupName, priority]: (typeof VMS)[number], index: number, groups: Group[]): Vm {
  const group = groups.find((each) => each.name === groupName);
  return {
    name,
    at: name === AT_SITE_B ? 'b' : 'a',
    ids: {
      a: moref('VirtualMachine', `vm-${29 + index}`, SITE_A.vc.id),
      b: moref('VirtualMachine', `vm-${129 + index}`, SITE_B.vc.id),
    },
    groupId: group?.id ?? null,
    protection: group && name !== UNPROTECTED ? 'OK' : 'NOT_CONFIGURED',
    pinned: null,
    replication: 'OK',
    mapped: name !== UNMAPPED,
    run: 'READY_TO_RECOVER',
    managingPlanId: null,
    protectionVersion: 1,
    recovery: {
      version: 1,
      priority,
      startupAction: 'POWER_ON',
      ipCustomization: 'AUTO',
      nics: null,
      shutdown: { skip_shutdown_guest: false, timeout_seconds: 300 },
      startup: {
        power_on_vmtools_timeout_seconds: 300,
        delay_before_power_on_steps_and_dependent_vms_seconds: 0,
      },
      prePowerOn: [],
      postPowerOn: [],
      dependsOn: [],
    },
  };
}
