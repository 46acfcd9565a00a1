import { isIPv4 } from 'node:net';
import { Refusal } from './errors.js';
import type { Tag } from './world.js';

/** A JSON object of which nothing is known yet. */
export type Fields = Record<string, unknown>;

const NAME = /^[\p{Script=Han}A-Za-z0-9._-]+$/u;
const ID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})$/i;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object below the mandatory outer key. */
export function unwrap(body: unknown, key: string): Fields {
  const inner = isFields(body) ? body[key] : undefined;
  if (!isFields(inner)) throw new Refusal('0201', { detail: `${key} is mandatory.` });
  return inner;
}

/** Required, at most 64 bytes; Chinese characters are allowed as on Huawei Cloud (3, common rules). */
export function nameIn(fields: Fields, key = 'name', longest = 64): string {
  const name = fields[key];
  if (typeof name !== 'string' || !NAME.test(name) || Buffer.byteLength(name) > longest)
    throw new Refusal('0202');
  return name;
}

export function descriptionIn(fields: Fields): string | null {
  const text = fields.description ?? null;
  if (text === null) return null;
  if (typeof text !== 'string' || Buffer.byteLength(text) > 64 || /[<>]/.test(text))
    throw new Refusal('0212');
  return text;
}

/** A well-formed id, or the refusal whose code is given. Existence is another matter. */
export function idOf(value: unknown, code: string): string {
  if (typeof value !== 'string' || !ID.test(value)) throw new Refusal(code);
  return value.toLowerCase();
}

export function optionalId(value: unknown, code: string): string | null {
  return value === undefined || value === null || value === '' ? null : idOf(value, code);
}

export function optionalText(value: unknown, code = '0201'): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string') throw new Refusal(code);
  return value;
}

export function optionalIp(value: unknown): string | null {
  const text = optionalText(value, '0219');
  if (text !== null && !isIPv4(text)) throw new Refusal('0219');
  return text;
}

/** Clients leave false flags out, so absent means false (quirk 10). */
export function flagIn(fields: Fields, key: string): boolean {
  const value = fields[key] ?? false;
  if (typeof value !== 'boolean') throw new Refusal('0201', { detail: `${key} must be a boolean.` });
  return value;
}

/** `tenancy` and `dedicated_host_id`, of which the second needs the first to be `dedicated` (3.4). */
export function checkTenancy(fields: Fields): void {
  const tenancy = optionalText(fields.tenancy, '0228') ?? 'shared';
  if (tenancy !== 'shared' && tenancy !== 'dedicated') throw new Refusal('0228');
  const host = optionalId(fields.dedicated_host_id, '0227');
  if (host !== null && tenancy !== 'dedicated') throw new Refusal('0227');
}

/** Huawei's rule: key of 1–36 characters, value of 0–43, neither with control characters nor `*<>\=,|/` (3.7). */
export function tagOf(value: unknown): Tag {
  if (!isFields(value)) throw new Refusal('2201');
  const { key, value: text } = value;
  if (typeof key !== 'string' || !tagWord(key, 36) || key === '') throw new Refusal('2202');
  if (typeof text !== 'string' || !tagWord(text, 43)) throw new Refusal('2204');
  return { key, value: text };
}

export function tagsOf(value: unknown): Tag[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Refusal('2201');
  const tags = value.map(tagOf);
  if (new Set(tags.map((tag) => tag.key)).size < tags.length) throw new Refusal('2209');
  return tags;
}

function tagWord(text: string, longest: number): boolean {
  return [...text].length <= longest && !/[\p{Cc}*<>\\=,|/]/u.test(text);
}
