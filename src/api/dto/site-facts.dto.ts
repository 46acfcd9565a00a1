import { ApiProperty } from '@nestjs/swagger';
import { DR_ACTIONS, type DrAction } from '../../domain/dr-action.js';
import type { ApiVersion, Issue, Quota, RunReport, SiteServer } from '../../domain/site-facts.js';
import { TagDto } from './instance-requests.dto.js';

/** Something the upstream itself finds wrong. */
export class IssueDto {
  @ApiProperty({ enum: ['WARNING', 'ERROR'] })
  severity!: Issue['severity'];
  /** The upstream's word for what it is about. */
  kind!: string;
  /** The group or plan it is about, where it is one. */
  resourceId!: string | null;
  resourceName!: string | null;
  text!: string;
  time!: string | null;
}

export class IssueListDto {
  items!: IssueDto[];
  nextPageToken?: string;
}

/** A finished run, as the upstream's own history has it, whoever started it. */
export class RunReportDto {
  /** The upstream's id of the report. */
  id!: string;
  recoveryPlanId!: string | null;
  planName!: string;
  /** null = a word that is not known here; see `upstreamAction`. */
  @ApiProperty({ enum: DR_ACTIONS, nullable: true })
  action!: DrAction | null;
  upstreamAction!: string;
  @ApiProperty({ enum: ['SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS', 'FAILED', 'CANCELLED', 'UNKNOWN'] })
  result!: RunReport['result'];
  upstreamResult!: string;
  requestedBy!: string | null;
  startedTime!: string | null;
  @ApiProperty({ type: 'integer', nullable: true })
  durationMs!: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  errorCount!: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  warningCount!: number | null;
  errors!: string[];
  warnings!: string[];
}

export class RunReportListDto {
  items!: RunReportDto[];
  nextPageToken?: string;
}

/** A server that the site consists of. */
export class SiteServerDto {
  id!: string;
  name!: string;
  @ApiProperty({ enum: ['RECOVERY_MANAGER', 'VCENTER'] })
  role!: SiteServer['role'];
  /** LOCAL: the end that the gateway speaks to. */
  @ApiProperty({ enum: ['LOCAL', 'REMOTE'] })
  end!: SiteServer['end'];
  @ApiProperty({ enum: ['OK', 'WARNING', 'ERROR', 'UNKNOWN'] })
  state!: SiteServer['state'];
  version!: string | null;
  certificateExpiryTime!: string | null;
  warnings!: string[];
}

export class SiteServerListDto {
  items!: SiteServerDto[];
  nextPageToken?: string;
}

export class ApiVersionDto {
  id!: string;
  @ApiProperty({ enum: ['CURRENT', 'SUPPORTED', 'DEPRECATED', 'UNKNOWN'] })
  state!: ApiVersion['state'];
  updatedTime!: string | null;
}

export class ApiVersionListDto {
  items!: ApiVersionDto[];
  nextPageToken?: string;
}

/** How many of a kind there may be. */
export class QuotaDto {
  @ApiProperty({ enum: ['PROTECTION_GROUPS', 'REPLICATION_PAIRS', 'OTHER'] })
  resource!: Quota['resource'];
  upstreamType!: string;
  @ApiProperty({ type: 'integer' })
  used!: number;
  /** null = unlimited. */
  @ApiProperty({ type: 'integer', nullable: true })
  limit!: number | null;
}

export class QuotaListDto {
  items!: QuotaDto[];
  nextPageToken?: string;
}

/** A job that failed and that the upstream keeps until somebody clears it. */
export class FailedTaskDto {
  /** What DELETE takes. */
  id!: string;
  jobId!: string | null;
  /** The group it happened inside; null = it is about a group itself, or not told. */
  protectionGroupId!: string | null;
  resourceId!: string | null;
  resourceName!: string | null;
  /** The upstream's words. */
  resourceType!: string | null;
  what!: string | null;
  code!: string | null;
  message!: string | null;
  time!: string | null;
}

export class FailedTaskListDto {
  items!: FailedTaskDto[];
  nextPageToken?: string;
}

/** How many resources missed their recovery point at one time. */
export class RpoStatisticDto {
  time!: string;
  resourceType!: string;
  /** Resources beyond their objective. */
  @ApiProperty({ type: 'integer' })
  violations!: number;
}

export class RpoStatisticListDto {
  items!: RpoStatisticDto[];
  nextPageToken?: string;
}

/** A tag that instances of the site bear, with all its values. */
export class TagValuesDto {
  key!: string;
  values!: string[];
}

export class TagValuesListDto {
  items!: TagValuesDto[];
  nextPageToken?: string;
}

export class InstanceTagsDto {
  items!: TagDto[];
}
