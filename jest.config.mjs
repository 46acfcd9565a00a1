// Jest runs the compiled JavaScript: tests from build/, the product from dist/ (what ships).
const build = process.env.BUILD_DIR ?? 'build';

/** Tests that start whole processes, one at a time (scripts/jest.mjs). */
const WHOLE = ['e2e', 'fuzz', 'project'];
/** Minutes of computing, which take what the others leave. */
const MODEL = ['model'];

const compiled = {
  roots: [`<rootDir>/${build}/test`],
  transform: {},
  moduleNameMapper: { '^(?:\\.{1,2}/)+src/(.*)$': '<rootDir>/dist/$1' },
};

export default {
  rootDir: import.meta.dirname,
  // Longer than `eventually` waits, so that a failure says what was waited for.
  testTimeout: 120_000,
  projects: [
    {
      ...compiled,
      displayName: 'parts',
      testMatch: ['**/*.spec.js', ...[...WHOLE, ...MODEL].map((folder) => `!**/test/${folder}/**`)],
    },
    { ...compiled, displayName: 'whole', testMatch: specsIn(WHOLE) },
    { ...compiled, displayName: 'model', testMatch: specsIn(MODEL) },
  ],
};

function specsIn(folders) {
  return folders.map((folder) => `**/test/${folder}/**/*.spec.js`);
}
