// npm run verify: everything CI proves, step by step. Goes on after a failure, and sums up at the end.
import { build } from './build.mjs';
import { runTests } from './jest.mjs';
import { run, secondsSince } from './run.mjs';

const npmScript = (name) => async () => (await run('npm', ['run', '--silent', name])) === 0;

const STEPS = {
  format: npmScript('format:check'),
  lint: npmScript('lint'),
  'build and types': build,
  'import rules': npmScript('import-rules'),
  'generated files': npmScript('gen:check'),
  tests: async () => {
    // The steps above are tests too, for `npm test`.
    const { passed, failed } = await runTests([], ['--testPathIgnorePatterns=/test/project/checks']);
    console.log(`${passed} passed, ${failed} failed`);
    return passed > 0 && failed === 0;
  },
};

const summary = [];
for (const [name, step] of Object.entries(STEPS)) {
  console.log(`\n── ${name}`);
  const startedAt = performance.now();
  const fine = await step();
  summary.push(`${fine ? 'ok    ' : 'FAILED'}  ${name} (${secondsSince(startedAt)})`);
  if (!fine) process.exitCode = 1;
}
console.log(`\n${summary.join('\n')}`);
