import type { SrmSim, World } from './world.js';

/** Three parts joined by colons: type, value, server guid (srm reference 1.6). */
export const moref = (type: string, value: string, guid: string): string => `${type}:${value}:${guid}`;

export const guidOf = (id: string): string => id.split(':')[2] ?? '';

export function nextNumber(world: World): number {
  world.lastNumber += 1;
  return world.lastNumber;
}

/** The type names of groups and tasks are inventions: the documents do not show one. */
export const newGroupId = (world: World): string =>
  moref('DrReplicationVmProtectionGroup', `vm-protection-group-${nextNumber(world)}`, world.sites.a.srm.id);

export const newPlanId = (sim: SrmSim): string =>
  moref('DrRecoveryRecoveryPlan', sim.random.uuid(), sim.state.sites.a.srm.id);

export const newTaskId = (sim: SrmSim, srmGuid: string): string =>
  moref('DrTask', `task-${nextNumber(sim.state)}`, srmGuid);
