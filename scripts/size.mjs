// npm run size: how long the TypeScript files are, per room.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

function sizesIn(room) {
  return readdirSync(join(root, room), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, lines: readFileSync(join(root, room, name), 'utf8').split('\n').length - 1 }))
    .sort((a, b) => a.lines - b.lines);
}

for (const room of ['src', 'simulators', 'sandbox', 'scripts', 'test']) {
  const files = sizesIn(room);
  const median = files[Math.floor(files.length / 2)];
  const longest = files.at(-1);
  if (!median || !longest) continue;
  console.log(
    `${room.padEnd(11)}${String(files.length).padStart(4)} files, median ${String(median.lines).padStart(3)} lines, longest ${longest.lines} (${longest.name})`,
  );
}
