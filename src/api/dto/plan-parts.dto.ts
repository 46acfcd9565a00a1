import { ApiProperty } from '@nestjs/swagger';
import {
  CALLOUT_TYPES,
  IP_CUSTOMIZATIONS,
  RECOVERY_WORKFLOWS,
  STARTUP_ACTIONS,
  type CalloutType,
  type IpCustomization,
  type RecoveryWorkflow,
  type StartupAction,
} from '../../domain/action-inputs.js';
import { PROTECTION_STATES, type ProtectionState } from '../../domain/inventory.js';
import { STEP_STATES, type StepState } from '../../domain/observation.js';
import { ConditionDto } from './inventory.dto.js';

/** A machine as the plan sees it: how far its last run came, and when it starts in the next. */
export class PlannedInstanceDto {
  /** The same as that of the protected instance. */
  id!: string;
  siteId!: string;
  provider!: string;
  name!: string;
  recoveryPlanId!: string;
  protectionGroupId!: string | null;
  @ApiProperty({ enum: PROTECTION_STATES })
  state!: ProtectionState;
  /** 1 starts first, 5 last. */
  @ApiProperty({ type: 'integer', nullable: true })
  priority!: number | null;
  @ApiProperty({ enum: STARTUP_ACTIONS, nullable: true })
  startupAction!: StartupAction | null;
  /** Instances of the plan that start before it. */
  dependsOn!: string[];
  conditions!: ConditionDto[];
  /** The upstream's own id, state and further words. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  upstream!: Record<string, unknown>;
}

export class PlannedInstanceListDto {
  items!: PlannedInstanceDto[];
  nextPageToken?: string;
}

export class RecoverySettingsDto {
  instanceId!: string;
  /** 1 starts first, 5 last. */
  @ApiProperty({ type: 'integer', nullable: true })
  priority!: number | null;
  @ApiProperty({ enum: STARTUP_ACTIONS, nullable: true })
  startupAction!: StartupAction | null;
  /** Instances of the same plan and priority that start before this one. */
  dependsOn!: string[];
  skipGuestShutdown!: boolean | null;
  @ApiProperty({ type: 'integer', nullable: true })
  shutdownTimeoutSeconds!: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  startupTimeoutSeconds!: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  delayBeforeDependentsSeconds!: number | null;
  allowMigration!: boolean | null;
  @ApiProperty({ enum: IP_CUSTOMIZATIONS, nullable: true })
  ipCustomization!: IpCustomization | null;
  /** Changed at both sites: must be settled upstream first. */
  conflict!: boolean;
  /** Send it back with a change, so that nobody else's is overwritten. */
  changeVersion!: string | null;
}

export class PlacementDto {
  sourceId!: string | null;
  sourceName!: string | null;
  targetId!: string | null;
  targetName!: string | null;
  /** Given by the site's mappings, not for this machine alone. */
  mapped!: boolean;
}

export class ProtectedDiskDto {
  label!: string;
  productionPath!: string | null;
  recoveryPath!: string | null;
  replicated!: boolean;
}

/** Where a machine is recovered. */
export class ProtectionSettingsDto {
  instanceId!: string;
  placeholderNeedsRepair!: boolean;
  @ApiProperty({ type: PlacementDto, nullable: true })
  folder!: PlacementDto | null;
  @ApiProperty({ type: PlacementDto, nullable: true })
  resourcePool!: PlacementDto | null;
  @ApiProperty({ type: PlacementDto, nullable: true })
  host!: PlacementDto | null;
  networks!: PlacementDto[];
  disks!: ProtectedDiskDto[];
  /** Send it back with a change, so that nobody else's is overwritten. */
  changeVersion!: string | null;
}

/** What an inserted step holds. */
export class CalloutDto {
  @ApiProperty({ enum: CALLOUT_TYPES })
  type!: CalloutType;
  name!: string;
  /** The text of the prompt, or the command. */
  content!: string;
  @ApiProperty({ type: 'integer', nullable: true })
  timeoutSeconds!: number | null;
}

export class RecoveryStepDto {
  /** Unique within the plan and workflow; another one may have it when steps were inserted or removed. */
  id!: string;
  @ApiProperty({ enum: RECOVERY_WORKFLOWS })
  workflow!: RecoveryWorkflow;
  /**
   * As the upstream numbers it.
   * @example '7.1'
   */
  number!: string;
  title!: string;
  @ApiProperty({ type: 'integer' })
  depth!: number;
  @ApiProperty({ enum: STEP_STATES })
  state!: StepState;
  /** The upstream's own word. */
  upstreamState!: string;
  @ApiProperty({ type: 'integer', nullable: true })
  progressPercent!: number | null;
  startedTime!: string | null;
  endedTime!: string | null;
  warnings!: string[];
  errors!: string[];
  /** Whether a command or a prompt can be inserted before it. */
  insertable!: boolean;
  /** Of an inserted step; null = the upstream's own step, or not read (a list does not read it). */
  @ApiProperty({ type: CalloutDto, nullable: true })
  callout!: CalloutDto | null;
}

export class RecoveryStepListDto {
  items!: RecoveryStepDto[];
  nextPageToken?: string;
}

export class PlanPromptDto {
  id!: string;
  recoveryPlanId!: string;
  text!: string;
  description!: string | null;
  raisedTime!: string | null;
}

export class PlanPromptListDto {
  items!: PlanPromptDto[];
  nextPageToken?: string;
}

/** What takes the place of a network of the recovery site in a drill. */
export class TestNetworkDto {
  id!: string;
  networkId!: string;
  testNetworkId!: string;
  testNetworkName!: string | null;
}

export class TestNetworkListDto {
  items!: TestNetworkDto[];
  nextPageToken?: string;
}
