import { join } from 'node:path';
import { startSimulator, type RunningSimulator } from './engine/server.js';
import type { SimulatorDefinition } from './engine/simulator.js';
import { sdrsSimulator } from './sdrs/sdrs.simulator.js';
import { srmSimulator } from './srm/srm.simulator.js';

/**
 * Both simulated sites as one process, or one of them:
 *
 *   SDRS_SIMULATOR_PORT, SRM_SIMULATOR_PORT   4801, 4802
 *   SIMULATOR_HOST                            127.0.0.1: the control API asks for no credentials
 *   SIMULATOR_STATE_DIR                       where the worlds are kept between runs; absent = nowhere
 *   SIMULATOR_DURATION_FACTOR                 0.1 = ten times faster than the real services
 *   SIMULATOR_SEED                            1: the same seed gives the same worlds
 *   SIMULATOR_PAUSED                          yes = time moves only when the control API advances it
 *   SIMULATOR_ONLY                            sdrs or srm
 */
const env = process.env;
const host = env.SIMULATOR_HOST || '127.0.0.1';
const durationFactor = Number(env.SIMULATOR_DURATION_FACTOR || 0.1);
const seed = Number(env.SIMULATOR_SEED || 1);
const paused = env.SIMULATOR_PAUSED || 'no';
const only = env.SIMULATOR_ONLY || '';

interface Stoppable {
  close(): Promise<void>;
}

async function start<State extends object, Settings extends object & { durationFactor: number }>(
  name: 'sdrs' | 'srm',
  definition: SimulatorDefinition<State, Settings>,
  port: number,
): Promise<Stoppable[]> {
  if (only !== '' && only !== name) return [];
  const running: RunningSimulator<State, Settings> = await startSimulator(definition, {
    host,
    port,
    seed,
    paused: paused === 'yes',
    stateFile: env.SIMULATOR_STATE_DIR && join(env.SIMULATOR_STATE_DIR, `${name}.json`),
  });
  // Not a setting of the first start only: a kept world has the factor of the run that saved it.
  running.simulator.settings.durationFactor = durationFactor;
  console.log(`${definition.name} simulator: ${running.url}  control API: ${running.url}/_sim`);
  return [running];
}

if (!['', 'sdrs', 'srm'].includes(only)) throw new Error(`SIMULATOR_ONLY is sdrs or srm, not "${only}"`);
if (!Number.isInteger(seed)) throw new Error('SIMULATOR_SEED is a whole number');
if (!['yes', 'no'].includes(paused)) throw new Error(`SIMULATOR_PAUSED is yes or no, not "${paused}"`);
if (!(durationFactor > 0)) throw new Error('SIMULATOR_DURATION_FACTOR is a number above 0');

const running = [
  ...(await start('sdrs', sdrsSimulator, Number(env.SDRS_SIMULATOR_PORT || 4801))),
  ...(await start('srm', srmSimulator, Number(env.SRM_SIMULATOR_PORT || 4802))),
];

async function stop(): Promise<void> {
  await Promise.all(running.map((simulator) => simulator.close()));
  process.exit(0);
}

process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
process.once('disconnect', () => void stop());
process.send?.({ ready: true });
