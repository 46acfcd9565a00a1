import type { SimulatorPorts } from '../../sandbox/sites-file.js';

/** `own` = what the drivers take for the upstreams' limits; `lifted` = none that counts. */
export type Budgets = 'own' | 'lifted';

/** The two simulated sites as an operator would write them down. */
export function sitesFile({ sdrs, srm }: SimulatorPorts, budgets: Budgets): string {
  const lines = budgets === 'own' ? { sdrs: '', srm: '' } : LIFTED;
  return `sites:
  - id: eu-cloud
    name: EU cloud
    provider: sdrs
    endpoint: http://127.0.0.1:${sdrs}
    projectId: 0123456789abcdef0123456789abcdef
    auth: { type: password, iamEndpoint: "http://127.0.0.1:${sdrs}", domainName: demo, userName: demo, password: "\${SDRS_PASSWORD}" }
${lines.sdrs}  - id: berlin-dc
    name: Berlin data centre
    provider: srm
    endpoint: http://127.0.0.1:${srm}/api/rest/srm/v2
    auth: { type: session, userName: administrator@vsphere.local, password: "\${SRM_PASSWORD}", remoteUserName: administrator@remote.local, remotePassword: "\${SRM_REMOTE_PASSWORD}" }
${lines.srm}`;
}

const LIFTED = {
  sdrs: '    budget: { requestsPerSecond: 10000 }\n',
  srm: '    budget: { sessionRequestsPerMinute: 1000000, addressRequestsPerMinute: 1000000 }\n',
};
