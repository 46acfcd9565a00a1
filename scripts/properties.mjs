// npm run properties [-- <commands> [<seed>]]: test/properties with many more cases than `npm test` tries, by chance.
import { build } from './build.mjs';
import { runTests } from './jest.mjs';

const [commands = '100000', seed = String(Date.now() % 1_000_000_000)] = process.argv.slice(2);
Object.assign(process.env, { PROPERTY_COMMANDS: commands, PROPERTY_RUNS: '20000', PROPERTY_SEED: seed });
const { passed, failed } = (await build()) ? await runTests(['test/properties']) : { passed: 0, failed: 1 };
console.log(`${passed} passed, ${failed} failed; ${commands} commands from seed ${seed}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
