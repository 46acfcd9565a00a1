import type { DrAction } from '../dr-action.js';

/** What a principal may do, one word for each kind of thing. Every route declares the one that it needs. */
export const RIGHTS = {
  'inventory:read': 'See sites, protection groups, recovery plans, drills and findings.',
  'operations:read': 'See operations, their history, events, statistics and reports.',
  'drills:run': 'Rehearse: start drills and clean them up.',
  'protection:change': 'Change groups, plans, instances, pairs and settings; enable and disable protection.',
  'workloads:move': 'Run a planned failover or a reprotect: both sites are healthy.',
  'workloads:fail-over': 'Run a failover: the site where the workload runs is presumed lost.',
  'operations:resolve': 'Say how an operation ended that nobody can tell.',
  'approvals:decide': 'Approve or decline what needs a second person.',
  'emergencies:declare': 'Lift approvals and limits for a while, with a reason that everybody is told.',
  'webhooks:manage': 'Subscribe endpoints to events.',
  'access:manage': 'Make, change and revoke API keys.',
  'audit:read': 'Read who decided what.',
  'gateway:read': 'See how the gateway itself is: the restore guard.',
} as const;

export type Right = keyof typeof RIGHTS;

const SEES = ['inventory:read', 'operations:read'] as const;
const REHEARSES = [...SEES, 'drills:run'] as const;
const OPERATES = [...REHEARSES, 'protection:change', 'workloads:move'] as const;

/** A name for rights that go together; a grant gives a role over some sites or plans. */
export const ROLES = {
  viewer: SEES,
  'drill-operator': REHEARSES,
  operator: OPERATES,
  commander: [...OPERATES, 'workloads:fail-over', 'operations:resolve', 'emergencies:declare'],
  approver: [...SEES, 'approvals:decide'],
  auditor: [...SEES, 'audit:read', 'gateway:read'],
  admin: [...SEES, 'webhooks:manage', 'access:manage', 'gateway:read'],
} as const satisfies Readonly<Record<string, readonly Right[]>>;

export type Role = keyof typeof ROLES;

export const ROLE_NAMES = Object.keys(ROLES) as Role[];

export function roleHas(role: Role, right: Right): boolean {
  return (ROLES[role] as readonly Right[]).includes(right);
}

/** Who lacks this one is not told that the thing is there: 404. Who has it, and lacks the right itself, gets a 403. */
export const SEEN_WITH: Readonly<Record<Right, Right>> = {
  'inventory:read': 'inventory:read',
  'operations:read': 'operations:read',
  'drills:run': 'inventory:read',
  'protection:change': 'inventory:read',
  'workloads:move': 'inventory:read',
  'workloads:fail-over': 'inventory:read',
  'operations:resolve': 'operations:read',
  'approvals:decide': 'operations:read',
  'emergencies:declare': 'operations:read',
  'webhooks:manage': 'webhooks:manage',
  'access:manage': 'access:manage',
  'audit:read': 'audit:read',
  'gateway:read': 'gateway:read',
};

const OF_ACTIONS: Readonly<Partial<Record<DrAction, Right>>> = {
  START_DRILL: 'drills:run',
  CLEAN_UP_DRILL: 'drills:run',
  PLANNED_FAILOVER: 'workloads:move',
  REPROTECT: 'workloads:move',
  FAILOVER: 'workloads:fail-over',
};

/** Who may begin an action may also cancel it and answer what it asks. */
export function rightOf(action: DrAction): Right {
  return OF_ACTIONS[action] ?? 'protection:change';
}

/** Actions that move a workload: an approval may be needed for them, and so many a minute are enough. */
export function movesWorkload(action: DrAction): boolean {
  return rightOf(action).startsWith('workloads:');
}
