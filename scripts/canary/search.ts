import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';

/** Secrets that were given out once, a line each; not searched itself. */
export const GIVEN_OUT = 'given-out.txt';

export interface CanaryHit {
  file: string;
  /** The first characters of the secret, and how it was written. */
  secret: string;
  where: string;
}

export interface CanarySearch {
  hits: CanaryHit[];
  files: number;
  bytes: number;
  secrets: number;
}

/** Looks for every secret, in every way in which it may be written, in all that was kept. */
export function searchCanary(directory: string, secrets: readonly string[]): CanarySearch {
  const given = filesIn(directory).filter((file) => file.endsWith(GIVEN_OUT));
  const all = [...new Set([...secrets, ...given.flatMap((file) => readFileSync(file, 'utf8').split('\n'))])]
    .map((secret) => secret.trim())
    .filter((secret) => secret.length >= 8);
  const patterns = all.flatMap((secret) => writings(secret).map((text) => ({ secret, text })));
  const files = filesIn(directory).filter((file) => !file.endsWith(GIVEN_OUT));
  const found: CanarySearch = { hits: [], files: files.length, bytes: 0, secrets: all.length };
  for (const file of files) {
    const text = textsIn(file);
    found.bytes += text.length;
    for (const { secret, text: pattern } of patterns) {
      const at = text.indexOf(pattern);
      if (at < 0) continue;
      const where = text.slice(Math.max(0, at - 80), at).replace(/\s+/g, ' ');
      found.hits.push({ file, secret: `${secret.slice(0, 8)}…`, where });
    }
  }
  return found;
}

/** As it is, percent-encoded, in hex, and in base64 wherever in a group of three it begins. */
function writings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const shifted = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(before === 0 ? 0 : before + 1, -4),
  );
  return [...new Set([secret, encodeURIComponent(secret), bytes.toString('hex'), ...shifted])].filter(
    (text) => text.length >= 8,
  );
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile());
}

/** What is in a file, and what is in it once more when it is unpacked. */
function textsIn(file: string): string {
  const bytes = readFileSync(file);
  if (file.includes('-redis-packed'))
    return bytes
      .toString('latin1')
      .split('\n')
      .map((line) => unpacked(Buffer.from(line, 'base64')))
      .join('\n');
  return `${bytes.toString('latin1')}\n${unpacked(bytes)}`;
}

function unpacked(bytes: Buffer): string {
  for (const unpack of [gunzipSync, inflateRawSync]) {
    try {
      return unpack(bytes).toString('latin1');
    } catch {
      // It was not packed in this way.
    }
  }
  return '';
}
