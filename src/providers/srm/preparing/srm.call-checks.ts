import { ProviderError } from '../../provider-error.js';

/** @param pointer the field of the request, as a JSON pointer */
export function invalid(message: string, pointer?: string): ProviderError {
  return new ProviderError('INVALID_ARGUMENT', message, pointer === undefined ? {} : { pointer });
}

export function checkTexts(name: string, description: string | undefined): void {
  if (name.length === 0 || name.length > 80) throw invalid('"name" has 1 to 80 characters.', '/name');
  if ((description ?? '').length > 4096)
    throw invalid('"description" has at most 4096 characters.', '/description');
}

/** Ids of machines are triples that end in their vCenter (1.6). */
export function checkMachine(id: string, field: string, pointer: string): void {
  if (/^VirtualMachine:[^:]+:[^:]+$/.test(id)) return;
  throw invalid(
    `"${field}": ${id} is no machine id; it looks like VirtualMachine:vm-29:<vCenter guid>.`,
    pointer,
  );
}

export function checkSeconds(value: number | undefined, most: number, field: string): void {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= most)) return;
  throw invalid(`"${field}" is a whole number from 0 to ${most}.`, `/${field}`);
}
