import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readAccessFile } from '../../src/access/file/access-file.js';
import { ROLE_NAMES } from '../../src/domain/access/rights.js';
import { temporaryFolder } from '../unit/support/temporary-folder.js';

const file = temporaryFolder();
const fileOf = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
/** Those of sites.example.yaml. */
const SITES = ['eu-cloud', 'berlin-dc'];

describe('access.example.yaml', () => {
  it('is accepted as it stands', () => {
    const { identityProviders, grants } = readAccessFile(fileOf('access.example.yaml'), {}, SITES);
    expect(identityProviders).toMatchObject([{ name: 'corp', tokenTypes: ['at+jwt'] }]);
    expect(grants.map(({ grant }) => grant.role)).toEqual(['viewer', 'drill-operator', 'commander']);
  });

  it('is right in what it says about fields that are left out', () => {
    const example = readFileSync(fileOf('access.example.yaml'), 'utf8');
    const path = file('access.yaml', example.replace(/^ {4}# (?!caFile)(\w+: )/gm, '    $1'));
    const spelt = readAccessFile(path, {}, SITES);
    expect(spelt).toEqual(readAccessFile(fileOf('access.example.yaml'), {}, SITES));
  });
});

describe('docs/access.md', () => {
  const text = readFileSync(fileOf('docs/access.md'), 'utf8');

  it('shows an access file that is accepted', () => {
    const [, example = ''] = /```yaml\n([^]*?)```/.exec(text) ?? [];
    expect(readAccessFile(file('shown.yaml', example), {}, SITES).grants.length).toBeGreaterThan(1);
  });

  it.each(ROLE_NAMES)('tells the role %s', (role) => {
    expect(text).toContain(`| \`${role}\` |`);
  });
});
