/**
 * What the finer actions are given beyond their target, in our words. Which fields apply is the provider's
 * affair (`capabilities.inputs`). Ids of the site's own things (servers, disks, networks) are the upstream's;
 * ids of things that the gateway shows (groups, plans, instances, pairs) are native ids of the same site.
 */
export interface ActionInputs {
  PROVISION_PROTECTION_GROUP: {
    /** SDRS: the servers to be protected. (SRM: the machines are named in the group itself.) */
    protectedInstances?: ActionInputs['ADD_PROTECTED_INSTANCE'][];
    /** SDRS: disks beyond those of the instances. */
    replicationPairs?: (ActionInputs['CREATE_REPLICATION_PAIR'] & {
      attachTo?: { serverId: string; device: string };
    })[];
    /** SRM: a plan that holds the group. */
    recoveryPlan?: { name: string; description?: string; testNetworks?: TestNetworkWish[] };
    enableProtection?: boolean;
  };
  ADD_PROTECTED_INSTANCE: {
    /** The machine at the site where the workload runs. */
    serverId: string;
    name?: string;
    description?: string;
    /** SDRS: what the server at the other site gets. */
    recoverySubnetId?: string;
    recoveryIpAddress?: string;
    recoveryFlavor?: string;
    tags?: Tag[];
    storagePoolId?: string;
    tenancy?: 'shared' | 'dedicated';
    dedicatedHostId?: string;
  };
  UPDATE_PROTECTED_INSTANCE: { name: string };
  REMOVE_PROTECTED_INSTANCE: { deleteRecoveryServer?: boolean; deleteRecoveryPublicIp?: boolean };
  /** SRM: absent = as the inventory mappings say. */
  ENABLE_INSTANCE_PROTECTION: { settings?: ProtectionSettingsWish };
  RESIZE_PROTECTED_INSTANCE: {
    /** Of both servers; beats the other two. */
    flavor?: string;
    productionFlavor?: string;
    recoveryFlavor?: string;
    productionDedicatedHostId?: string;
    recoveryDedicatedHostId?: string;
  };
  ADD_NETWORK_INTERFACE: { subnetId: string; securityGroupIds?: string[]; ipAddress?: string };
  REMOVE_NETWORK_INTERFACE: { networkInterfaceId: string };
  SET_INSTANCE_TAGS: { tags: Tag[] };
  REMOVE_INSTANCE_TAGS: { keys: string[] };
  CREATE_REPLICATION_PAIR: { volumeId: string; name: string; description?: string; storagePoolId?: string };
  UPDATE_REPLICATION_PAIR: { name: string };
  DELETE_REPLICATION_PAIR: { deleteRecoveryVolume?: boolean };
  EXPAND_REPLICATION_PAIR: { sizeGigabytes: number };
  ATTACH_REPLICATION_PAIR: { protectedInstanceId: string; device: string };
  DETACH_REPLICATION_PAIR: { protectedInstanceId: string };
  CREATE_RECOVERY_PLAN: {
    name: string;
    description?: string;
    protectionGroupIds?: string[];
    protectedVcenterId?: string;
    testNetworks?: TestNetworkWish[];
  };
  /** Absent = left as it is; lists replace the whole of what was. */
  UPDATE_RECOVERY_PLAN: {
    name?: string;
    description?: string;
    protectionGroupIds?: string[];
    /** Turns the plan round; only while it holds no groups. */
    protectedVcenterId?: string;
    testNetworks?: TestNetworkWish[];
    /** Machines of the recovery site that make room while the plan runs. */
    suspendedInstanceIds?: string[];
  };
  UPDATE_RECOVERY_SETTINGS: RecoverySettingsWish;
  ADD_RECOVERY_STEP: RecoveryStepWish & {
    workflow: RecoveryWorkflow;
    /** The step it is put before, by the id that the list of steps shows; absent = at the end. */
    beforeStepId?: string;
  };
  UPDATE_RECOVERY_STEP: Partial<RecoveryStepWish> & KnownStep;
  REMOVE_RECOVERY_STEP: KnownStep;
  UPDATE_DRILL: { name: string };
  /** One task; those inside a group; or, with neither, those about groups. */
  CLEAR_FAILED_TASKS: { failedTaskId?: string; protectionGroupId?: string };
}
export type ActionInput = ActionInputs[keyof ActionInputs];

export interface Tag {
  key: string;
  value: string;
}

export interface TestNetworkWish {
  /** A network of the recovery site … */
  networkId: string;
  /** … and the one that takes its place in a drill. */
  testNetworkId: string;
}

export const RECOVERY_WORKFLOWS = ['TEST', 'RECOVERY', 'CLEAN_UP', 'REPROTECT'] as const;
export type RecoveryWorkflow = (typeof RECOVERY_WORKFLOWS)[number];

export const CALLOUT_TYPES = ['PROMPT', 'COMMAND_ON_INSTANCE', 'COMMAND_ON_SERVER'] as const;
export type CalloutType = (typeof CALLOUT_TYPES)[number];

export interface RecoveryStepWish {
  type: CalloutType;
  name: string;
  /** The text of the prompt, or the command. */
  content: string;
  /** Of a command, 0 to 59999. */
  timeoutSeconds?: number;
}

/** A step is named by an id that moves with the steps before it, so what the client saw there is told too. */
export interface KnownStep {
  workflow: RecoveryWorkflow;
  /** The step's title as it was read; another one there now is a 409. */
  expectedTitle: string;
}

export const STARTUP_ACTIONS = ['POWER_ON', 'DO_NOT_POWER_ON'] as const;
export type StartupAction = (typeof STARTUP_ACTIONS)[number];

export const IP_CUSTOMIZATIONS = ['AUTO', 'NETWORK_MAPPING', 'MANUAL', 'NONE'] as const;
export type IpCustomization = (typeof IP_CUSTOMIZATIONS)[number];

/** Absent = left as it is. Seconds are 0 to 3599. */
export interface RecoverySettingsWish {
  /** 1 starts first, 5 last. */
  priority?: number;
  startupAction?: StartupAction;
  /** Native ids of machines of the same plan and priority that start before this one; the whole list. */
  dependsOn?: string[];
  skipGuestShutdown?: boolean;
  shutdownTimeoutSeconds?: number;
  startupTimeoutSeconds?: number;
  delayBeforeDependentsSeconds?: number;
  allowMigration?: boolean;
  ipCustomization?: IpCustomization;
  /** What the client saw; another one there now is a 409. */
  changeVersion?: string;
}

/** Where a machine is recovered: targets by the upstream's ids; absent = left as it is. */
export interface ProtectionSettingsWish {
  folderId?: string;
  resourcePoolId?: string;
  hostId?: string;
  networks?: { sourceNetworkId: string; targetNetworkId: string }[];
  changeVersion?: string;
}
