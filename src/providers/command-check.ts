import { ACTION_OPTIONS, type ActionCommand } from '../domain/action-command.js';
import type { ActionInput } from '../domain/action-inputs.js';
import type { DrAction } from '../domain/dr-action.js';
import type { ProviderDescriptor } from './provider-driver.js';

/** A field of the request that this provider does not take, or misses. */
export interface FieldFault {
  /** JSON pointer into the request's body. */
  pointer: string;
  detail: string;
}

const GROUP_FIELDS = [
  'sourceAvailabilityZone',
  'targetAvailabilityZone',
  'domainId',
  'sourceVpcId',
  'drType',
  'replicationType',
  'protectedVcenterId',
  'hbrSpec',
] as const;

/** What is wrong with the command's fields for this provider, before anything is asked of the upstream. */
export function fieldFaults(descriptor: ProviderDescriptor, command: ActionCommand): FieldFault[] {
  return [
    ...optionFaults(descriptor, command),
    ...(command.group ? createFaults(descriptor, command.group) : []),
    ...(command.changes ? changeFaults(descriptor, command.changes) : []),
    ...(command.input ? inputFaults(descriptor, command.action, command.input) : []),
  ];
}

function inputFaults(descriptor: ProviderDescriptor, action: DrAction, input: ActionInput): FieldFault[] {
  const fields = descriptor.capabilities.inputs[action];
  // An action that the upstream does not have at all is refused as such.
  if (!fields) return [];
  const given = Object.entries(input).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const names = fields.map((field) => field.name);
  const foreign = given
    .filter((name) => !names.includes(name))
    .map((name) => ({
      pointer: `/${name}`,
      detail: `${descriptor.title} has no "${name}" for this action; it takes ${names.join(', ') || 'nothing more'}.`,
    }));
  const missing = fields
    .filter((field) => field.required && !given.includes(field.name))
    .map((field) => ({
      pointer: `/${field.name}`,
      detail: `${descriptor.title} needs "${field.name}" for this action.`,
    }));
  return [...foreign, ...missing];
}

function optionFaults(descriptor: ProviderDescriptor, command: ActionCommand): FieldFault[] {
  const known = descriptor.capabilities.options[command.action] ?? [];
  return ACTION_OPTIONS.filter((name) => command.options[name] !== undefined && !known.includes(name)).map(
    (name) => ({
      pointer: `/${name}`,
      detail: `${descriptor.title} has no "${name}" for this action${known.length ? `; it has ${known.join(', ')}` : ''}.`,
    }),
  );
}

function createFaults(
  descriptor: ProviderDescriptor,
  group: NonNullable<ActionCommand['group']>,
): FieldFault[] {
  const fields = descriptor.capabilities.createFields;
  const names = fields.map((f) => f.name as string);
  const foreign = GROUP_FIELDS.filter((name) => group[name] !== undefined && !names.includes(name)).map(
    (name) => ({
      pointer: `/${name}`,
      detail: `A protection group of ${descriptor.title} has no "${name}"; it takes ${names.join(', ')}.`,
    }),
  );
  const missing = fields
    .filter((field) => field.required && group[field.name] === undefined)
    .map((field) => ({
      pointer: `/${field.name}`,
      detail: `A protection group of ${descriptor.title} needs "${field.name}".`,
    }));
  return [...foreign, ...missing];
}

function changeFaults(
  descriptor: ProviderDescriptor,
  changes: NonNullable<ActionCommand['changes']>,
): FieldFault[] {
  const changeable = descriptor.capabilities.changeableFields;
  if (changes.name === undefined && changes.description === undefined) {
    return [{ pointer: '', detail: `There is nothing to change: give ${changeable.join(' or ')}.` }];
  }
  return (['name', 'description'] as const)
    .filter((name) => changes[name] !== undefined && !changeable.includes(name))
    .map((name) => ({
      pointer: `/${name}`,
      detail: `${descriptor.title} cannot change "${name}" after creation; it can change ${changeable.join(', ')}.`,
    }));
}
