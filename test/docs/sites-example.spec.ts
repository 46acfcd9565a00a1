import { fileURLToPath } from 'node:url';
import { readYamlFile } from '../../src/platform/config/yaml-file.js';
import { DRIVERS } from '../../src/providers/drivers.js';
import { configuredSites } from '../../src/providers/sites.js';

const secrets = { SDRS_PASSWORD: 'a', SRM_PASSWORD: 'b', SRM_REMOTE_PASSWORD: 'c' };

describe('sites.example.yaml', () => {
  it('is accepted as it stands, with the secrets that .env.example names', () => {
    const path = fileURLToPath(new URL('../../../sites.example.yaml', import.meta.url));
    const sites = configuredSites(readYamlFile(path, secrets), DRIVERS);
    expect(sites.map(({ provider }) => provider)).toEqual(['sdrs', 'srm']);
  });
});
