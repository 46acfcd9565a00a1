import { join, resolve } from 'node:path';

/** What ships, as it was built. */
const DIST = resolve(process.env.DIST_DIR ?? 'dist');

export function productScript(name: 'main' | 'worker'): string {
  return join(DIST, `${name}.js`);
}
