export interface SimulatorPorts {
  sdrs: number;
  srm: number;
}

/** The simulated accounts' passwords, by the names under which the sites file asks for them. */
export const SITE_PASSWORDS = {
  SDRS_PASSWORD: 'demo-password',
  SRM_PASSWORD: 'demo-password',
  SRM_REMOTE_PASSWORD: 'demo-remote-password',
};

export const SIMULATED_SITES = 2;

/** The two simulated sites, as an operator would write them down; their limiters are off, and a demonstration is in a hurry. */
export function sitesFile({ sdrs, srm }: SimulatorPorts): string {
  return `sites:
  - id: eu-cloud
    name: EU cloud
    provider: sdrs
    endpoint: http://127.0.0.1:${sdrs}
    projectId: 0123456789abcdef0123456789abcdef
    auth: { type: password, iamEndpoint: "http://127.0.0.1:${sdrs}", domainName: demo, userName: demo, password: "\${SDRS_PASSWORD}" }
    budget: { requestsPerSecond: 10000 }
  - id: berlin-dc
    name: Berlin data centre
    provider: srm
    endpoint: http://127.0.0.1:${srm}/api/rest/srm/v2
    pairing: null
    auth: { type: session, userName: administrator@vsphere.local, password: "\${SRM_PASSWORD}", remoteUserName: administrator@remote.local, remotePassword: "\${SRM_REMOTE_PASSWORD}" }
    tls: { caFile: null, fingerprint256: null }
    budget: { sessionRequestsPerMinute: 1000000, addressRequestsPerMinute: 1000000 }
`;
}
