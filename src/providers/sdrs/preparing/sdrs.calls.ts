import type { ActionCommand, UpstreamCall } from '../../../domain/action-command.js';
import { checkedDescription, checkedName, invalid } from './sdrs.field-rules.js';
import { drillNameOf, markerOf } from '../evidence/sdrs.marker.js';
import type { WireGroup, WireNewGroup, WirePriorityStation } from '../wire/sdrs.wire.js';

/** The state-changing requests, word for word: a body that is wrapped otherwise is refused (quirk 9). */
export class SdrsCalls {
  private readonly root: string;

  constructor(projectId: string) {
    this.root = `/v1/${encodeURIComponent(projectId)}`;
  }

  createGroup(command: ActionCommand, operationId: string): UpstreamCall {
    const group = newGroupOf(command, operationId);
    return {
      label: `Create group ${group.name}`,
      method: 'POST',
      path: `${this.root}/server-groups`,
      body: { server_group: group },
    };
  }

  renameGroup(group: WireGroup, name: string): UpstreamCall {
    checkedName('name', name);
    return {
      label: `Rename group ${nameOf(group)} to ${name}`,
      method: 'PUT',
      path: this.pathOf(group),
      body: { server_group: { name } },
    };
  }

  deleteGroup(group: WireGroup): UpstreamCall {
    return {
      label: `Delete group ${nameOf(group)}`,
      method: 'DELETE',
      path: this.pathOf(group),
      body: undefined,
    };
  }

  /** Enables or reprotects: the group's state decides which. */
  startGroup(group: WireGroup, label: string): UpstreamCall {
    return this.action(group, `${label} ${nameOf(group)}`, { 'start-server-group': {} });
  }

  stopGroup(group: WireGroup): UpstreamCall {
    return this.action(group, `Disable protection of group ${nameOf(group)}`, { 'stop-server-group': {} });
  }

  /** Has no direction: it turns round whatever is. */
  failOver(group: WireGroup): UpstreamCall {
    return this.action(group, `Fail over group ${nameOf(group)}`, { 'failover-server-group': {} });
  }

  /** The station is where production goes, whatever is now. */
  reverse(group: WireGroup, station: WirePriorityStation): UpstreamCall {
    return this.action(group, `Planned failover of group ${nameOf(group)} to its ${station} zone`, {
      'reverse-server-group': { priority_station: station },
    });
  }

  createDrill(group: WireGroup, command: ActionCommand, operationId: string): UpstreamCall {
    const { drillName, drillNetworkId } = command.options;
    const name = drillName ?? drillNameOf(operationId);
    checkedName('drillName', name);
    if (drillNetworkId !== undefined && drillNetworkId === group.source_vpc_id) {
      throw invalid('drillNetworkId', "the drill needs a network other than the group's own");
    }
    return {
      label: `Start drill ${name} of group ${nameOf(group)}`,
      method: 'POST',
      path: `${this.root}/disaster-recovery-drills`,
      body: {
        disaster_recovery_drill: {
          server_group_id: group.id,
          name,
          ...(drillNetworkId === undefined ? {} : { drill_vpc_id: drillNetworkId }),
        },
      },
    };
  }

  deleteDrill(drillId: string, label: string): UpstreamCall {
    return {
      label,
      method: 'DELETE',
      path: `${this.root}/disaster-recovery-drills/${encodeURIComponent(drillId)}`,
      body: undefined,
    };
  }

  private action(group: WireGroup, label: string, body: unknown): UpstreamCall {
    return { label, method: 'POST', path: `${this.pathOf(group)}/action`, body };
  }

  private pathOf(group: WireGroup): string {
    return `${this.root}/server-groups/${encodeURIComponent(group.id)}`;
  }
}

function newGroupOf(command: ActionCommand, operationId: string): WireNewGroup {
  const wanted = command.group;
  if (!wanted) throw invalid('name', 'a new group needs one');
  checkedName('name', wanted.name);
  if (wanted.drType !== undefined && wanted.drType !== 'migration') {
    throw invalid('drType', 'the only one there is, is "migration"');
  }
  const source = required('sourceAvailabilityZone', wanted.sourceAvailabilityZone);
  const target = required('targetAvailabilityZone', wanted.targetAvailabilityZone);
  if (source === target) {
    throw invalid('targetAvailabilityZone', 'it must differ from sourceAvailabilityZone');
  }
  return {
    name: wanted.name,
    description: wanted.description ? checkedDescription(wanted.description) : markerOf(operationId),
    source_availability_zone: source,
    target_availability_zone: target,
    domain_id: required('domainId', wanted.domainId),
    source_vpc_id: required('sourceVpcId', wanted.sourceVpcId),
    dr_type: wanted.drType ?? 'migration',
  };
}

function required(field: string, value: string | undefined): string {
  if (!value) throw invalid(field, 'a new group needs it');
  return value;
}

function nameOf(group: WireGroup): string {
  return group.name ?? group.id;
}
