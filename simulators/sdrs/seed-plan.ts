import type { Station } from './world.js';

interface SeedServer {
  name: string;
  flavor: string;
  /** Disk sizes in GB, the system disk first. */
  disks: readonly number[];
  tier: string;
}

interface SeedGroup {
  name: string;
  description: string | null;
  status: string;
  priority_station: Station;
  servers: readonly SeedServer[];
}

/** What the first world holds, by name; ids come from the simulator's seeded random. */
export const FIRST_WORLD: {
  groups: readonly SeedGroup[];
  freeServers: readonly {
    name: string;
    flavor: string;
    disks: readonly number[];
    zone: string;
    powerState: string;
  }[];
  freeVolumes: readonly {
    name: string;
    size: number;
    zone: string;
    encrypted?: boolean;
    multiattach?: boolean;
  }[];
} = {
  groups: [
    {
      name: 'erp-dr',
      description: 'ERP, production',
      status: 'protected',
      priority_station: 'source',
      servers: [
        { name: 'erp-app01', flavor: 's3.large.2', disks: [40], tier: 'app' },
        { name: 'erp-db01', flavor: 's3.xlarge.4', disks: [40, 100], tier: 'db' },
      ],
    },
    {
      name: 'shop-dr',
      description: 'Web shop',
      status: 'available',
      priority_station: 'source',
      servers: [{ name: 'shop-web01', flavor: 's3.large.2', disks: [40, 60], tier: 'web' }],
    },
    {
      name: 'mail-dr',
      description: 'Mail, running at the DR site',
      status: 'failed-over',
      priority_station: 'target',
      servers: [{ name: 'mail01', flavor: 's3.large.2', disks: [40], tier: 'mail' }],
    },
    { name: 'lab-empty', description: null, status: 'available', priority_station: 'source', servers: [] },
  ],
  freeServers: [
    { name: 'crm-app01', flavor: 's3.large.2', disks: [40, 80], zone: 'eu-de-01', powerState: 'ACTIVE' },
    { name: 'crm-db01', flavor: 's3.xlarge.4', disks: [40], zone: 'eu-de-01', powerState: 'ACTIVE' },
    { name: 'hr-app01', flavor: 's3.large.2', disks: [40], zone: 'eu-de-01', powerState: 'SHUTOFF' },
    { name: 'test-gpu01', flavor: 'p2s.2xlarge.8', disks: [40], zone: 'eu-de-01', powerState: 'ACTIVE' },
    { name: 'remote-app01', flavor: 's3.large.2', disks: [40], zone: 'eu-de-02', powerState: 'ACTIVE' },
  ],
  freeVolumes: [
    { name: 'archive-01', size: 100, zone: 'eu-de-01' },
    { name: 'archive-02', size: 20, zone: 'eu-de-01' },
    { name: 'shared-01', size: 50, zone: 'eu-de-01', multiattach: true },
    { name: 'secret-01', size: 10, zone: 'eu-de-01', encrypted: true },
    { name: 'remote-01', size: 30, zone: 'eu-de-02' },
  ],
};
