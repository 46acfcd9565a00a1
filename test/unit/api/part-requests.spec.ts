import 'reflect-metadata';
import { CreateProtectionGroupDto } from '../../../src/api/dto/group-requests.dto.js';
import {
  AddNetworkInterfaceDto,
  AddProtectedInstanceDto,
  ResizeProtectedInstanceDto,
  SetTagsDto,
} from '../../../src/api/dto/instance-requests.dto.js';
import {
  AttachReplicationPairDto,
  CreateReplicationPairDto,
  ExpandReplicationPairDto,
} from '../../../src/api/dto/pair-requests.dto.js';
import {
  InstancesByTagQueryDto,
  RemoveInstanceQueryDto,
  RemoveStepQueryDto,
  RemoveTagsQueryDto,
  StepsQueryDto,
  WindowQueryDto,
} from '../../../src/api/dto/part-queries.dto.js';
import {
  CreateRecoveryPlanDto,
  UpdateRecoveryPlanDto,
  UpdateRecoverySettingsDto,
} from '../../../src/api/dto/plan-requests.dto.js';
import {
  EnableInstanceProtectionDto,
  PutProtectionSettingsDto,
} from '../../../src/api/dto/protection-settings-requests.dto.js';
import { AddRecoveryStepDto, UpdateRecoveryStepDto } from '../../../src/api/dto/step-requests.dto.js';
import { RequestValidationPipe } from '../../../src/api/http/request-validation.pipe.js';
import { ProblemError } from '../../../src/domain/problem.js';

type Dto = new () => object;

const pipe = new RequestValidationPipe();

/** Where the request is wrong; [] = it is taken. */
async function faultsOf(type: 'body' | 'query', metatype: Dto, given: unknown): Promise<string[]> {
  try {
    await pipe.transform(given, { type, metatype });
    return [];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const places = (error.problem.errors ?? []).map((one) => one.pointer ?? one.parameter ?? '');
    return [...new Set(places)];
  }
}

const group = { siteId: 'alpha', name: 'books' };
const plan = { siteId: 'alpha', name: 'move-books' };
const step = { type: 'PROMPT', name: 'Look', content: 'All well?' };
const long = (length: number): string => 'x'.repeat(length);
const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);

describe('a body is taken', () => {
  it.each<[string, Dto, object]>([
    ['CreateProtectionGroup', CreateProtectionGroupDto, { ...group, enableProtection: false }],
    ['AddProtectedInstance', AddProtectedInstanceDto, { serverId: 's', tags: [{ key: 'a', value: '' }] }],
    ['ResizeProtectedInstance', ResizeProtectedInstanceDto, { recoveryFlavor: 'big' }],
    ['AddNetworkInterface', AddNetworkInterfaceDto, { subnetId: 'n', ipAddress: '2001:db8::1' }],
    ['CreateReplicationPair', CreateReplicationPairDto, { volumeId: 'v', name: 'p' }],
    ['CreateRecoveryPlan', CreateRecoveryPlanDto, { ...plan, protectionGroupIds: [] }],
    ['UpdateRecoveryPlan', UpdateRecoveryPlanDto, { suspendedInstanceIds: [] }],
    ['UpdateRecoverySettings', UpdateRecoverySettingsDto, { priority: 5, startupTimeoutSeconds: 3599 }],
    ['AddRecoveryStep', AddRecoveryStepDto, { ...step, timeoutSeconds: 59999 }],
    ['EnableInstanceProtection', EnableInstanceProtectionDto, {}],
  ])('%s %#', async (_name, metatype, given) => {
    expect(await faultsOf('body', metatype, given)).toEqual([]);
  });
});

describe('a body is refused at', () => {
  it.each<[string, Dto, object]>([
    ['/protectedInstances/0/serverId', CreateProtectionGroupDto, { ...group, protectedInstances: [{}] }],
    [
      '/protectedInstances/1/reason',
      CreateProtectionGroupDto,
      { ...group, protectedInstances: [{ serverId: 's' }, { serverId: 's', reason: 'why' }] },
    ],
    [
      '/protectedInstances/0/constructor',
      CreateProtectionGroupDto,
      { ...group, protectedInstances: [{ serverId: 's', constructor: 1 }] },
    ],
    ['/protectedInstances', CreateProtectionGroupDto, { ...group, protectedInstances: {} }],
    ['/protectedInstances', CreateProtectionGroupDto, { ...group, protectedInstances: null }],
    ['/protectedInstances/0', CreateProtectionGroupDto, { ...group, protectedInstances: ['s'] }],
    ['/protectedInstances/0', CreateProtectionGroupDto, { ...group, protectedInstances: [null] }],
    ['/protectedInstances', CreateProtectionGroupDto, { ...group, protectedInstances: [['s']] }],
    [
      '/protectedInstances',
      CreateProtectionGroupDto,
      { ...group, protectedInstances: many(51, { serverId: 's' }) },
    ],
    [
      '/replicationPairs/0/attachTo/device',
      CreateProtectionGroupDto,
      {
        ...group,
        replicationPairs: [{ volumeId: 'v', name: 'p', attachTo: { serverId: 's', device: 'vdb' } }],
      },
    ],
    [
      '/recoveryPlan/testNetworks/0/more',
      CreateProtectionGroupDto,
      {
        ...group,
        recoveryPlan: { name: 'p', testNetworks: [{ networkId: 'a', testNetworkId: 'b', more: 1 }] },
      },
    ],
    ['/enableProtection', CreateProtectionGroupDto, { ...group, enableProtection: 'yes' }],
    ['/recoveryIpAddress', AddProtectedInstanceDto, { serverId: 's', recoveryIpAddress: '10.0.0' }],
    ['/tenancy', AddProtectedInstanceDto, { serverId: 's', tenancy: 'own' }],
    ['/serverId', AddProtectedInstanceDto, { serverId: long(256) }],
    ['/flavor', ResizeProtectedInstanceDto, { flavor: '' }],
    ['/securityGroupIds', AddNetworkInterfaceDto, { subnetId: 'n', securityGroupIds: [1] }],
    ['/tags', SetTagsDto, { tags: [] }],
    ['/tags', SetTagsDto, { tags: many(21, { key: 'a', value: 'b' }) }],
    ['/tags/0/key', SetTagsDto, { tags: [{ key: '', value: 'b' }] }],
    ['/tags/0/key', SetTagsDto, { tags: [{ key: 'a=b', value: 'b' }] }],
    ['/tags/0/value', SetTagsDto, { tags: [{ key: 'a', value: long(44) }] }],
    ['/tags/0/value', SetTagsDto, { tags: [{ key: 'a' }] }],
    ['/device', AttachReplicationPairDto, { protectedInstanceId: 'a.b', device: '/etc/passwd' }],
    ['/sizeGigabytes', ExpandReplicationPairDto, { sizeGigabytes: 1.5 }],
    ['/sizeGigabytes', ExpandReplicationPairDto, { sizeGigabytes: '10' }],
    ['/sizeGigabytes', ExpandReplicationPairDto, { sizeGigabytes: 0 }],
    ['/name', CreateRecoveryPlanDto, { siteId: 'alpha' }],
    ['/protectionGroupIds', UpdateRecoveryPlanDto, { protectionGroupIds: many(251, 'a.b') }],
    ['/testNetworks/0/testNetworkId', UpdateRecoveryPlanDto, { testNetworks: [{ networkId: 'a' }] }],
    ['/siteId', UpdateRecoveryPlanDto, { siteId: 'alpha' }],
    ['/priority', UpdateRecoverySettingsDto, { priority: 6 }],
    ['/shutdownTimeoutSeconds', UpdateRecoverySettingsDto, { shutdownTimeoutSeconds: 3600 }],
    ['/startupAction', UpdateRecoverySettingsDto, { startupAction: 'poweredOn' }],
    ['/ipCustomization', UpdateRecoverySettingsDto, { ipCustomization: 'NO_CUSTOMIZATION' }],
    ['/dependsOn', UpdateRecoverySettingsDto, { dependsOn: 'a.b' }],
    ['/type', AddRecoveryStepDto, { ...step, type: 'RUN_ON_VM' }],
    ['/timeoutSeconds', AddRecoveryStepDto, { ...step, timeoutSeconds: 60000 }],
    ['/content', UpdateRecoveryStepDto, { expectedTitle: 't', content: long(4097) }],
    ['/expectedTitle', UpdateRecoveryStepDto, { content: 'x' }],
    ['/settings', PutProtectionSettingsDto, {}],
    [
      '/settings/networks/0/targetNetworkId',
      PutProtectionSettingsDto,
      { settings: { networks: [{ sourceNetworkId: 'a' }] } },
    ],
    ['/settings/folder', EnableInstanceProtectionDto, { settings: { folder: 'f' } }],
  ])('%s (%#)', async (pointer, metatype, given) => {
    expect((await faultsOf('body', metatype, given))[0]).toBe(pointer);
  });
});

describe('a query', () => {
  it.each<[Dto, object]>([
    [StepsQueryDto, { workflow: 'TEST', pageSize: '5' }],
    [RemoveInstanceQueryDto, { deleteRecoveryServer: 'true', reason: 'gone' }],
    [RemoveTagsQueryDto, { key: 'tier' }],
    [RemoveTagsQueryDto, { key: ['tier', 'backup'] }],
    [InstancesByTagQueryDto, { tag: ['tier=app', 'backup'] }],
    [WindowQueryDto, { from: '2030-01-01T00:00:00Z' }],
  ])('is taken: %p %j', async (metatype, given) => {
    expect(await faultsOf('query', metatype, given)).toEqual([]);
  });

  it.each<[string, Dto, object]>([
    ['workflow', StepsQueryDto, {}],
    ['workflow', StepsQueryDto, { workflow: 'test' }],
    ['expectedTitle', RemoveStepQueryDto, { workflow: 'TEST' }],
    ['expectedTitle', RemoveStepQueryDto, { workflow: 'TEST', expectedTitle: '' }],
    ['deleteRecoveryServer', RemoveInstanceQueryDto, { deleteRecoveryServer: 'yes' }],
    ['deleteRecoveryVolume', RemoveInstanceQueryDto, { deleteRecoveryVolume: 'true' }],
    ['key', RemoveTagsQueryDto, {}],
    ['key', RemoveTagsQueryDto, { key: '' }],
    ['tag', InstancesByTagQueryDto, {}],
    ['tag', InstancesByTagQueryDto, { tag: '=app' }],
    ['from', WindowQueryDto, { from: 'yesterday' }],
  ])('is refused at %s: %#', async (parameter, metatype, given) => {
    expect((await faultsOf('query', metatype, given))[0]).toBe(parameter);
  });
});
