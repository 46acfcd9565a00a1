import { ApiProperty } from '@nestjs/swagger';
import {
  DIRECTIONS,
  DR_ACTIONS,
  TARGET_TYPES,
  type Direction,
  type DrAction,
  type TargetType,
} from '../../domain/dr-action.js';
import { STEP_STATES, type StepState } from '../../domain/observation.js';
import {
  OPERATION_STATES,
  ORIGINS,
  OUTCOMES,
  RESOLUTIONS,
  type OperationState,
  type Origin,
  type Outcome,
  type Resolution,
} from '../../domain/operation.js';
import { BlockingDto, ProblemDto } from './problem.dto.js';

export class PlaceDto {
  @ApiProperty({ enum: TARGET_TYPES })
  type!: TargetType;
  id!: string;
}

export class OperationTargetDto {
  @ApiProperty({ enum: TARGET_TYPES })
  type!: TargetType;
  /** null until a creation has made it. */
  id!: string | null;
  name!: string;
  /** The group or plan that a part belongs to; null = the target is no part. */
  @ApiProperty({ type: PlaceDto, nullable: true })
  within!: PlaceDto | null;
}

export class OperationStepDto {
  id!: string;
  title!: string;
  @ApiProperty({ enum: STEP_STATES })
  state!: StepState;
  @ApiProperty({ type: 'integer', nullable: true })
  progressPercent!: number | null;
  /** What went wrong in it. */
  detail!: string | null;
  /** Of a step that is an operation of its own. */
  operationId!: string | null;
}

export class PromptDto {
  id!: string;
  text!: string;
  raisedTime!: string | null;
}

export class UpstreamJobDto {
  id!: string;
  state!: string | null;
}

export class OperationUpstreamDto {
  /** The target's state in the upstream's own word. */
  state!: string | null;
  jobs!: UpstreamJobDto[];
}

export class OperationTimingsDto {
  @ApiProperty({ type: 'integer', nullable: true, description: 'From acceptance to the intent to send.' })
  queuedMs!: number | null;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'From the intent to the acceptance upstream.',
  })
  submitMs!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, description: 'The work upstream.' })
  upstreamMs!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, description: 'From the end upstream to the verdict here.' })
  detectMs!: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  totalMs!: number | null;
}

export class OperationCancelDto {
  requestedBy!: string;
  requestedTime!: string;
  @ApiProperty({ enum: ['REQUESTED', 'SENDING', 'ACCEPTED', 'REFUSED', 'AMBIGUOUS'] })
  state!: string;
  detail!: string | null;
}

/** A person's answer to a prompt of the upstream. */
export class OperationInputDto {
  promptId!: string;
  requestedBy!: string;
  requestedTime!: string;
  @ApiProperty({ enum: ['REQUESTED', 'SENDING', 'ACCEPTED', 'REFUSED', 'AMBIGUOUS'] })
  state!: string;
  detail!: string | null;
}

/** How a person settled what was UNKNOWN. */
export class OperationResolutionDto {
  @ApiProperty({ enum: RESOLUTIONS })
  verdict!: Resolution['verdict'];
  reason!: string;
  resolvedBy!: string;
  resolvedTime!: string;
}

/** What it made. */
export class OperationResultDto {
  protectionGroupId?: string;
  recoveryPlanId?: string;
  protectedInstanceId?: string;
  replicationPairId?: string;
  drillId?: string;
}

export class OperationLinksDto {
  self!: string;
  events!: string;
  /** Absent when there is nothing to cancel, or the upstream cannot. */
  cancel?: string;
  /** Where a prompt is answered; absent when none waits, or it cannot be answered here. */
  input?: string;
  /** Where a person settles it; absent unless it is UNKNOWN. */
  resolution?: string;
  target?: string;
}

/** One long-running piece of work, whatever the upstream. */
export class OperationDto {
  /** @example 'eu-cloud.0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e' */
  id!: string;
  /** One more with every event; also in the ETag. */
  @ApiProperty({ type: 'integer' })
  version!: number;
  @ApiProperty({ enum: OPERATION_STATES })
  state!: OperationState;
  /** true = SUCCEEDED, FAILED, CANCELLED or REJECTED. */
  done!: boolean;
  @ApiProperty({ enum: OUTCOMES, nullable: true })
  outcome!: Outcome | null;
  @ApiProperty({ enum: DR_ACTIONS })
  action!: DrAction;
  target!: OperationTargetDto;
  @ApiProperty({ enum: DIRECTIONS, nullable: true })
  direction!: Direction | null;
  siteId!: string;
  provider!: string;
  @ApiProperty({
    enum: ORIGINS,
    description:
      'EXTERNAL: begun at the upstream by somebody else (its console, a script), and found there. It holds its groups like any other until its target rests.',
  })
  origin!: Origin;
  /** Of an EXTERNAL operation: who began it, in the words of the upstream, or `outside the gateway`. */
  requestedBy!: string;
  reason!: string | null;
  /** The operation that this one is a step of. */
  parentId!: string | null;
  @ApiProperty({ type: 'integer', nullable: true, minimum: 0, maximum: 100 })
  progressPercent!: number | null;
  steps!: OperationStepDto[];
  /** What the upstream waits on a person for. */
  prompts!: PromptDto[];
  warnings!: string[];
  upstream!: OperationUpstreamDto;
  /** What is known while the state is RECONCILING or UNKNOWN. */
  evidence!: string | null;
  @ApiProperty({ type: OperationCancelDto, nullable: true })
  cancel!: OperationCancelDto | null;
  /** The last answer to a prompt; null = none was given here. */
  @ApiProperty({ type: OperationInputDto, nullable: true })
  input!: OperationInputDto | null;
  /** null = no person had to settle it. */
  @ApiProperty({ type: OperationResolutionDto, nullable: true })
  resolution!: OperationResolutionDto | null;
  /** Takes longer than it should. Being late is not failing. */
  overdue!: boolean;
  /** Nothing has moved for long. */
  stalled!: boolean;
  @ApiProperty({ type: ProblemDto, nullable: true })
  error!: ProblemDto | null;
  @ApiProperty({ type: OperationResultDto, nullable: true })
  result!: OperationResultDto | null;
  timings!: OperationTimingsDto;
  createdTime!: string;
  /** When the upstream accepted it. */
  startedTime!: string | null;
  endedTime!: string | null;
  updatedTime!: string;
  requestId!: string | null;
  links!: OperationLinksDto;
}

/** A part of the archive that is missing, damaged, or not to be seen from this process. */
export class UnavailableHistoryDto {
  @ApiProperty({ format: 'date-time', description: 'When the first of its operations was created.' })
  fromTime!: string;
  @ApiProperty({ format: 'date-time', description: 'The same of the last one.' })
  untilTime!: string;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'How many there are in it, whatever the filters; null = that is not known.',
  })
  operations!: number | null;
  detail!: string;
}

export class OperationListDto {
  items!: OperationDto[];
  nextPageToken?: string;
  /** What lies in the range of this page and could not be looked at; absent = nothing is missing. */
  @ApiProperty({ type: [UnavailableHistoryDto], required: false })
  unavailable?: UnavailableHistoryDto[];
}

export class ConsequencesDto {
  dataLoss!: boolean;
  downtime!: boolean;
  reversible!: boolean;
  text!: string;
}

export class AllowedActionDto {
  @ApiProperty({ enum: DR_ACTIONS })
  action!: DrAction;
  allowed!: boolean;
  /** The direction that would be accepted, for actions that name one. */
  @ApiProperty({ enum: DIRECTIONS, nullable: true })
  direction!: Direction | null;
  /** Why not, and what to do about it. */
  blocking!: BlockingDto[];
  consequences!: ConsequencesDto;
  /** The protection groups that it touches, as far as they are known before it is prepared. */
  touches!: string[];
  /**
   * A second person has to approve it, within so many minutes of the request: the first answer is 403
   * `approval-required`. null = nobody has to.
   */
  @ApiProperty({ type: 'integer', nullable: true })
  approvalMinutes!: number | null;
}

export class AllowedActionsDto {
  targetId!: string;
  /** When the upstream was looked at. */
  observedTime!: string;
  items!: AllowedActionDto[];
}

export class UpstreamCallDto {
  label!: string;
  method!: string;
  path!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  body!: unknown;
}

export class ObservedStateDto {
  state!: string;
  /** The upstream's own word. */
  upstreamState!: string;
  activeSite!: string | null;
}

export class PlannedStepDto {
  title!: string;
  @ApiProperty({ enum: DR_ACTIONS })
  action!: DrAction;
}

/** Everything that would be checked and sent, with nothing sent. */
export class PreflightReportDto extends AllowedActionDto {
  validateOnly!: true;
  target!: OperationTargetDto;
  warnings!: string[];
  @ApiProperty({ type: ObservedStateDto, nullable: true })
  observed!: ObservedStateDto | null;
  wouldSubmit!: UpstreamCallDto[];
  /** Of a request that is done in several operations: each of them; empty = it is one. */
  steps!: PlannedStepDto[];
}
