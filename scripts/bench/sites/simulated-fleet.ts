import { startSimulator } from '../../../simulators/engine/server.js';
import { sdrsSimulator } from '../../../simulators/sdrs/sdrs.simulator.js';

/**
 * Simulated SDRS sites as one process, whose loop nothing else shares. `PORTS` and `GROUPS`, how many groups beyond the named
 * ones: with commas between; `DURATION_FACTOR`: 0.1 = ten times faster than the real service.
 */
const ports = (process.env.PORTS ?? '').split(',').map(Number);
const groups = (process.env.GROUPS ?? '').split(',').map(Number);
const durationFactor = Number(process.env.DURATION_FACTOR ?? 1);

for (const [index, port] of ports.entries())
  await startSimulator(sdrsSimulator, {
    port,
    settings: { moreGroups: groups[index] ?? groups[0] ?? 0, durationFactor, throttlePerSecond: null },
  });
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
process.send?.({ ready: true });
