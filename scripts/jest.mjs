import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from './run.mjs';

/** The projects of jest.config.mjs, those of a row side by side, and how many of their files run at a time. */
const ROWS = [{ parts: ['--maxWorkers=2'] }, { whole: ['--runInBand'], model: ['--runInBand'] }];

/**
 * Runs what was built. `filters` are parts of paths; none = everything.
 * Resolves to how many tests passed and failed; a file that could not be loaded is one failure.
 */
export async function runTests(filters, moreArgs = []) {
  const total = { passed: 0, failed: 0 };
  const reports = mkdtempSync(join(tmpdir(), 'dr-gateway-tests-'));
  const runProject = async ([project, args]) => {
    const report = join(reports, `${project}.json`);
    const code = await jest(project, report, [...filters.map(compiledPath), ...args, ...moreArgs]);
    const { passed, failed } = existsSync(report) ? countsOf(report) : { passed: 0, failed: 0 };
    total.passed += passed;
    total.failed += code !== 0 && failed === 0 ? 1 : failed;
  };
  for (const row of ROWS) await Promise.all(Object.entries(row).map(runProject));
  rmSync(reports, { recursive: true });
  return total;
}

function jest(project, report, args) {
  return runNode(
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    ...args,
    `--selectProjects=${project}`,
    '--passWithNoTests',
    // What a fixture that failed has left running is not waited for: it ends with the process that started it.
    '--forceExit',
    '--json',
    `--outputFile=${report}`,
  );
}

function countsOf(report) {
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
}

/** Tests are written in TypeScript and run as JavaScript. */
function compiledPath(filter) {
  return filter.replace(/\.ts$/, '.js');
}
