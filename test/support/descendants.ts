import { readdirSync, readFileSync } from 'node:fs';

/** The processes that a process has begun, directly or not; Linux. */
export function descendantsOf(pid: number): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name): [number, number] => [Number(name), parentOf(name)]),
  );
  const found: number[] = [];
  const queue = [pid];
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    const children = [...parents].filter(([, itsParent]) => itsParent === parent).map(([child]) => child);
    found.push(...children);
    queue.push(...children);
  }
  return found;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return stateOf(String(pid)) !== 'Z';
  } catch {
    return false;
  }
}

function parentOf(pid: string): number {
  return Number(fieldsOf(pid)[1] ?? 0);
}

function stateOf(pid: string): string {
  return fieldsOf(pid)[0] ?? '';
}

/** After the command, which may hold spaces and parentheses: state, parent, … */
function fieldsOf(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
