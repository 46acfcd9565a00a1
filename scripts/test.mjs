// npm test [-- <part of a path> …]: builds, runs the tests, and ends with one line "N passed, N failed".
import { build } from './build.mjs';
import { runTests } from './jest.mjs';

const { passed, failed } = (await build()) ? await runTests(process.argv.slice(2)) : { passed: 0, failed: 1 };
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
