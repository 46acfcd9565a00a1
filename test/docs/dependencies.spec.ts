import { readFileSync } from 'node:fs';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  overrides: Record<string, string | object>;
}

const textOf = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');

const { dependencies, devDependencies, overrides } = JSON.parse(textOf('package.json')) as Manifest;

describe('docs/dependencies.md', () => {
  const reference = textOf('docs/dependencies.md');

  it.each(Object.entries({ ...overrides, ...dependencies, ...devDependencies }))(
    'gives a reason for %s %s',
    (name, version) => {
      expect(reference).toContain(`| \`${name}\` | ${String(version)} | `);
    },
  );

  it('gives reasons for nothing else', () => {
    const told = [...reference.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name ?? '');
    const known = { ...dependencies, ...devDependencies, ...overrides };
    expect(told.filter((name) => !(name in known))).toEqual([]);
  });
});
