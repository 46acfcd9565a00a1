import { execFile } from 'node:child_process';

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  timeoutMs?: number;
}

/** A program's standard output. Fails with its last words. */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      {
        cwd: options.cwd,
        env: options.env ?? { ...process.env, LC_ALL: 'C' },
        timeout: options.timeoutMs ?? 10_000,
        maxBuffer: 16 * 1024 * 1024,
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const words = stderr.trim().split('\n').slice(-3).join('; ');
        reject(
          new Error(words || (error.killed ? `${command} took too long` : error.message), { cause: error }),
        );
      },
    );
  });
}
