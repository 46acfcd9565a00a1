import { redisForThisFile } from '../unit/support/redis.js';
import { runCommands } from './store-runs.js';

const the = redisForThisFile();
const COMMANDS = Number(process.env.PROPERTY_COMMANDS ?? 4_000);
const PATIENCE_MS = 60_000 + COMMANDS * 20;

it(
  `keys and locks are as plain books have them, through ${COMMANDS} commands of two processes`,
  async () => {
    const seed = Number(process.env.PROPERTY_SEED ?? 20_261_121);
    const { commands } = await runCommands([the.redis, the.connect()], COMMANDS, seed);
    expect(commands).toBeGreaterThanOrEqual(COMMANDS);
  },
  PATIENCE_MS,
);
