import type { Action } from './transitions.js';

/** One generated top-level step of a workflow. */
export interface StepTemplate {
  title: string;
  /** Where a callout before this step stands (srm reference 3.10). */
  position: string;
  /** Which VMs it has a child step for: those of one priority, or all. */
  vms?: 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'all';
  /** Work at the protected site, left out when that site takes no part. */
  atProtectedSite?: boolean;
}

const POWER_ON: StepTemplate[] = (['P1', 'P2', 'P3', 'P4', 'P5'] as const).map((priority, index) => ({
  title: `Power on priority ${index + 1} VMs`,
  position: `BEFORE_RECOVER_PRIORITY_${index + 1}_VMS`,
  vms: priority,
}));

/** Highest priority last (srm reference 3.10). */
const SHUT_DOWN: StepTemplate[] = (['P5', 'P4', 'P3', 'P2', 'P1'] as const).map((priority) => ({
  title: `Shut down priority ${priority.slice(1)} VMs at protected site`,
  position: 'BEFORE_SHUTDOWN_PROTECTED_SITE_VMS',
  vms: priority,
  atProtectedSite: true,
}));

export const STEP_LISTS: Record<Action, readonly StepTemplate[]> = {
  test: [
    { title: 'Synchronize Storage', position: 'BEFORE_SYNC_STORAGE' },
    { title: 'Restore Recovery Site Hosts From Standby', position: 'BEFORE_RESTORE_HOSTS' },
    { title: 'Suspend Non-critical VMs at Recovery Site', position: 'BEFORE_SUSPEND_RECOVERY_SITE_VMS' },
    { title: 'Create Writable Storage Snapshot', position: 'BEFORE_CONFIGURE_STORAGE' },
    ...POWER_ON,
  ],
  recovery: [
    { title: 'Pre-synchronize Storage', position: 'BEFORE_PRESYNC_STORAGE', atProtectedSite: true },
    ...SHUT_DOWN,
    { title: 'Resume VMs Suspended by Previous Recovery', position: 'BEFORE_RESUME_RECOVERY_SITE_VMS' },
    { title: 'Restore Recovery Site Hosts From Standby', position: 'BEFORE_RESTORE_HOSTS' },
    {
      title: 'Prepare Protected Site VMs for Migration',
      position: 'BEFORE_PREPARE_STORAGE',
      atProtectedSite: true,
    },
    { title: 'Synchronize Storage', position: 'BEFORE_SYNC_STORAGE', atProtectedSite: true },
    { title: 'Suspend Non-critical VMs at Recovery Site', position: 'BEFORE_SUSPEND_RECOVERY_SITE_VMS' },
    { title: 'Change Recovery Site Storage to Writable', position: 'BEFORE_CONFIGURE_STORAGE' },
    ...POWER_ON,
  ],
  cleanup: [
    { title: 'Power Off Test VMs', position: 'BEFORE_POWER_OFF_RECOVERY_SITE_VMS', vms: 'all' },
    { title: 'Resume VMs Suspended by Test', position: 'BEFORE_RESUME_RECOVERY_SITE_VMS' },
    { title: 'Discard Test Data and Reset Storage', position: 'BEFORE_RESTORE_STORAGE' },
  ],
  reprotect: [
    { title: 'Configure Storage to Reverse Direction', position: 'BEFORE_REVERSE_REPLICATION' },
    {
      title: 'Configure Protection to Reverse Direction',
      position: 'BEFORE_CREATE_PLACEHOLDER_VMS',
      vms: 'all',
    },
    { title: 'Synchronize Storage', position: 'BEFORE_SYNC_STORAGE' },
    { title: 'Clean Up Storage', position: 'BEFORE_FINALIZE_STORAGE' },
  ],
};
