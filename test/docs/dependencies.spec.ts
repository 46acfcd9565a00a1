import { readFileSync } from 'node:fs';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  overrides: Record<string, string | object>;
}

const textOf = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');

const { dependencies, devDependencies, overrides } = JSON.parse(textOf('package.json')) as Manifest;

/** An override of one package inside another has no version of its own. */
const plainOverrides = Object.fromEntries(
  Object.entries(overrides).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
);
const versions: Record<string, string> = { ...plainOverrides, ...dependencies, ...devDependencies };

describe('docs/dependencies.md', () => {
  const reference = textOf('docs/dependencies.md');

  it.each(Object.entries(versions))('gives a reason for %s %s', (name, version) => {
    expect(reference).toContain(`| \`${name}\` | ${version} | `);
  });

  it('gives reasons for nothing else', () => {
    const told = [...reference.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name ?? '');
    expect(told.filter((name) => !(name in versions))).toEqual([]);
  });
});
