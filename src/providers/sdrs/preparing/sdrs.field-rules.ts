import { isIPv4 } from 'node:net';
import type { Tag } from '../../../domain/action-inputs.js';
import { ProviderError } from '../../provider-error.js';

/** The vendor's rules about single fields, told with the field's name before anything is sent. */
export function invalid(field: string, what: string): ProviderError {
  return new ProviderError('INVALID_ARGUMENT', `${field}: ${what}.`, { pointer: `/${field}` });
}

/** One cloud takes ASCII letters only, the other Chinese ones too (section 3): the wider rule; the upstream judges. */
export function checkedName(field: string, name: string): string {
  if (!/^[\p{L}\p{N}._-]+$/u.test(name)) {
    throw invalid(field, 'it may hold letters, digits, ".", "_" and "-" only, and at least one of them');
  }
  if (Buffer.byteLength(name, 'utf8') > 64) throw invalid(field, 'it may have 64 bytes at most');
  return name;
}

export function checkedDescription(description: string): string {
  if (/[<>]/.test(description)) throw invalid('description', 'it may hold neither "<" nor ">"');
  if (Buffer.byteLength(description, 'utf8') > 64) {
    throw invalid('description', 'it may have 64 bytes at most');
  }
  return description;
}

export function checkedAddress(field: string, address: string): string {
  if (!isIPv4(address)) throw invalid(field, 'it is no IPv4 address');
  return address;
}

/** Both families are taken; the wrong one is converted silently (section 3.4). */
export function checkedDevice(device: string): string {
  if (!/^\/dev\/[sv]d[a-z]{1,2}$/.test(device)) {
    throw invalid('device', 'it is named like /dev/vdb, on Xen servers like /dev/sdb');
  }
  return device;
}

export function checkedSize(size: number): number {
  if (!Number.isInteger(size) || size < 1)
    throw invalid('sizeGigabytes', 'it is a whole number of gigabytes');
  return size;
}

const LONGEST_KEY = 36;
const LONGEST_VALUE = 43;

/** Huawei's rule, which is the wider one (section 3.7). How many there may be, the clouds do not agree on. */
export function checkedTags(tags: readonly Tag[]): Tag[] {
  if (tags.length === 0) throw invalid('tags', 'there is none');
  checkUnique(
    'tags',
    tags.map(({ key }) => key),
  );
  for (const { key, value } of tags) {
    checkKey('tags', key);
    if ([...value].length > LONGEST_VALUE || hasForeign(value)) {
      throw invalid('tags', `a value has ${LONGEST_VALUE} characters at most, and none of * < > \\ = , | /`);
    }
  }
  return tags.map(({ key, value }) => ({ key, value }));
}

export function checkedKeys(keys: readonly string[]): readonly string[] {
  if (keys.length === 0) throw invalid('keys', 'there is none');
  checkUnique('keys', keys);
  for (const key of keys) checkKey('keys', key);
  return keys;
}

function checkKey(field: string, key: string): void {
  if (key === '' || [...key].length > LONGEST_KEY || hasForeign(key)) {
    throw invalid(field, `a key has 1 to ${LONGEST_KEY} characters, and none of * < > \\ = , | /`);
  }
}

function checkUnique(field: string, keys: readonly string[]): void {
  if (new Set(keys).size < keys.length) throw invalid(field, 'a key is named twice');
}

function hasForeign(text: string): boolean {
  return /[\p{Cc}*<>\\=,|/]/u.test(text);
}
