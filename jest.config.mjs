// Jest runs the compiled JavaScript: tests from build/, the product from dist/ (what ships).
const build = process.env.BUILD_DIR ?? 'build';

export default {
  rootDir: import.meta.dirname,
  roots: [`<rootDir>/${build}/test`],
  testMatch: ['**/*.spec.js'],
  transform: {},
  moduleNameMapper: { '^(?:\\.{1,2}/)+src/(.*)$': '<rootDir>/dist/$1' },
  testTimeout: 30_000,
};
