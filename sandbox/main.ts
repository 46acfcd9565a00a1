import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions, USAGE } from './options.js';
import { Sandbox } from './sandbox.js';

/** A terminal's Ctrl-C comes twice when npm passes it on as well: those are one. */
const SAME_SIGNAL_MS = 700;
const LAST_DEADLINE_MS = 45_000;

/** The whole of `npm start` after the build; see scripts/start.mjs. Ends the process itself. */
export async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return console.log(USAGE);
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const sandbox = new Sandbox(
    readOptions(args, process.env, root),
    {
      api: join(root, 'dist', 'main.js'),
      worker: join(root, 'dist', 'worker.js'),
      simulators: join(root, 'build', 'simulators', 'main.js'),
    },
    (text) => console.log(text),
  );

  let leavingSince: number | null = null;
  const leave = (code: number, farewell: string) => {
    if (leavingSince !== null) {
      if (performance.now() - leavingSince < SAME_SIGNAL_MS) return;
      sandbox.killNow();
      process.exit(130);
    }
    leavingSince = performance.now();
    sandbox.announce(farewell);
    setTimeout(() => process.exit(1), LAST_DEADLINE_MS).unref();
    sandbox.stop().then(
      () => process.exit(code),
      (error: unknown) => {
        console.error(error);
        sandbox.killNow();
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => leave(0, 'stopping; once more ends it at once'));
  }

  process.stdout.on('error', () => undefined); // a closed terminal must not keep us from an orderly stop

  try {
    await sandbox.start();
  } catch (error) {
    if (leavingSince === null)
      leave(1, `not started: ${error instanceof Error ? error.message : String(error)}`);
  }
}
