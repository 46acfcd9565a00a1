import type { Action, GroupPhase } from './transitions.js';

/** One run of a plan, going on. */
export interface Run {
  number: number;
  action: Action;
  options: RunOptions;
  username: string;
  taskId: string;
  startedAt: number;
  groupIds: string[];
  /** How things stood, for a run that is refused before anything was made. */
  before: Before;
  steps: Step[];
  /** Which leaf of the steps is being worked on; -1 = still queued. */
  cursor: number;
  cancelled: boolean;
  stuck: boolean;
  doom: Doom | null;
  prompt: Prompt | null;
}

interface Before {
  status: string;
  phases: Record<string, GroupPhase>;
  vms: Record<string, string>;
}

export interface RunOptions {
  forced?: boolean;
  planned_failover?: boolean;
  sync_data?: boolean;
  skip_protection_site_operations?: boolean;
  migrate_eligible_vms?: boolean;
}

export interface Step {
  id: number;
  title: string;
  number: string;
  depth: number;
  parent: number | null;
  children: number;
  status: string;
  start: number | null;
  finish: number | null;
  warnings: string[];
  errors: string[];
  vmName: string | null;
  calloutId: string | null;
  prompt: string | null;
  position: { index: number; word: string } | null;
  atProtectedSite: boolean;
  referred: string;
}

export interface Prompt {
  id: string;
  raisedAt: number;
  calloutId: string;
  name: string;
  text: string;
}

export interface PlanCallout {
  id: string;
  mode: Action;
  name: string;
  content: string;
  type: 'PROMPT' | 'RUN_ON_VM' | 'RUN_ON_SRM_SERVER';
  timeoutSeconds: number;
  /** Zero-based place in the list of top-level steps. */
  position: number;
}

export const DOOM_HOWS = ['task', 'early', 'vm', 'disaster', 'stuck'] as const;

/**
 * A misfortune waiting for the next matching task.
 *
 * `task`: it fails half-way. `early`: it fails before anything was made. `vm`: one VM fails, the task
 * succeeds. `disaster`: a recovery cannot shut the protected VMs down. `stuck`: it never ends.
 */
export interface Doom {
  action: string | null;
  planId: string | null;
  how: (typeof DOOM_HOWS)[number];
  message: string;
  details: string;
}
