import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for one spec file, removed after its last test. Answers the path of each file written into it. */
export function temporaryFolder(): (name: string, content: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'dr-gateway-unit-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name, content) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
}
