/**
 * Who may call what, written down by hand from what each role is for: not from the tables of the product, which are judged
 * by it. A route that is not here fails the test, and so does one that is here and no longer there.
 */
export const ALL_ROLES = [
  'viewer',
  'drill-operator',
  'operator',
  'commander',
  'approver',
  'auditor',
  'admin',
] as const;

export type RoleName = (typeof ALL_ROLES)[number];

const REHEARSE: readonly RoleName[] = ['drill-operator', 'operator', 'commander'];
const OPERATE: readonly RoleName[] = ['operator', 'commander'];
const COMMAND: readonly RoleName[] = ['commander'];
const APPROVE: readonly RoleName[] = ['approver'];
const AUDIT: readonly RoleName[] = ['auditor'];
const ADMINISTER: readonly RoleName[] = ['admin'];

const GROUP = '/v1/protection-groups/{id}';
const INSTANCE = `${GROUP}/protected-instances/{instanceId}`;
const PAIR = `${GROUP}/replication-pairs/{pairId}`;
const PLAN = '/v1/recovery-plans/{id}';
const OPERATION = '/v1/operations/{id}';
const WEBHOOK = '/v1/webhooks/{id}';
const KEY = '/v1/api-keys/{id}';
const APPROVAL = '/v1/approvals/{id}';

const rows = (who: readonly RoleName[], ...routes: readonly string[]) =>
  routes.map((route) => [route, who] as const);

export const WHO_MAY: ReadonlyMap<string, readonly RoleName[]> = new Map([
  ...rows(
    ALL_ROLES,
    'GET /v1/sites',
    'GET /v1/sites/{siteId}',
    'GET /v1/sites/{siteId}/creation-options',
    'GET /v1/sites/{siteId}/issues',
    'GET /v1/sites/{siteId}/runs',
    'GET /v1/sites/{siteId}/servers',
    'GET /v1/sites/{siteId}/api-versions',
    'GET /v1/sites/{siteId}/quotas',
    'GET /v1/sites/{siteId}/rpo-statistics',
    'GET /v1/sites/{siteId}/tags',
    'GET /v1/sites/{siteId}/protected-instances',
    'GET /v1/sites/{siteId}/failed-tasks',
    'GET /v1/protection-groups',
    `GET ${GROUP}`,
    `GET ${GROUP}/recovery-plans`,
    `GET ${GROUP}/issues`,
    `GET ${GROUP}/actions`,
    `GET ${GROUP}/protected-instances`,
    `GET ${INSTANCE}`,
    `GET ${INSTANCE}/actions`,
    `GET ${INSTANCE}/protection-settings`,
    `GET ${INSTANCE}/tags`,
    `GET ${GROUP}/replication-pairs`,
    `GET ${PAIR}`,
    `GET ${PAIR}/actions`,
    'GET /v1/recovery-plans',
    `GET ${PLAN}`,
    `GET ${PLAN}/protection-groups`,
    `GET ${PLAN}/actions`,
    `GET ${PLAN}/protected-instances`,
    `GET ${PLAN}/protected-instances/{instanceId}`,
    `GET ${PLAN}/protected-instances/{instanceId}/recovery-settings`,
    `GET ${PLAN}/recovery-steps`,
    `GET ${PLAN}/recovery-steps/{stepId}`,
    `GET ${PLAN}/prompts`,
    `GET ${PLAN}/test-networks`,
    `GET ${PLAN}/issues`,
    `GET ${PLAN}/runs`,
    `GET ${PLAN}/runs/{reportId}`,
    `GET ${PLAN}/drills`,
    `GET ${PLAN}/drills/{drillId}`,
    `GET ${PLAN}/statistics`,
    'GET /v1/drills',
    'GET /v1/drills/{id}',
    'GET /v1/findings',
    'GET /v1/findings/{id}',
    'GET /v1/operations',
    'GET /v1/operations/export',
    `GET ${OPERATION}`,
    `GET ${OPERATION}/events`,
    `GET ${OPERATION}/report`,
    `GET ${OPERATION}/timeline`,
    'GET /v1/events',
    'GET /v1/statistics',
    'GET /v1/reports/drill-coverage',
    'GET /v1/approvals',
    `GET ${APPROVAL}`,
    'GET /v1/emergencies',
    'GET /v1/emergencies/{id}',
  ),
  // Who may begin an operation may steer it: that is judged when it is known which one it is.
  ...rows(ALL_ROLES, `POST ${OPERATION}/cancel`, `POST ${OPERATION}/input`),
  ...rows(
    REHEARSE,
    `POST ${PLAN}/actions/start-drill`,
    `POST ${PLAN}/actions/clean-up-drill`,
    `PATCH ${PLAN}/drills/{drillId}`,
    'PATCH /v1/drills/{id}',
  ),
  ...rows(
    OPERATE,
    `POST ${PLAN}/actions/planned-failover`,
    `POST ${PLAN}/actions/reprotect`,
    'DELETE /v1/sites/{siteId}/failed-tasks',
    'DELETE /v1/sites/{siteId}/failed-tasks/{taskId}',
    'POST /v1/protection-groups',
    `PATCH ${GROUP}`,
    `DELETE ${GROUP}`,
    `POST ${GROUP}/actions/enable-protection`,
    `POST ${GROUP}/actions/disable-protection`,
    `POST ${GROUP}/actions/restore-placeholders`,
    `POST ${GROUP}/protected-instances`,
    `PATCH ${INSTANCE}`,
    `DELETE ${INSTANCE}`,
    `POST ${INSTANCE}/actions/enable-protection`,
    `POST ${INSTANCE}/actions/disable-protection`,
    `POST ${INSTANCE}/actions/resize`,
    `POST ${INSTANCE}/actions/add-network-interface`,
    `POST ${INSTANCE}/actions/remove-network-interface`,
    `PUT ${INSTANCE}/protection-settings`,
    `PUT ${INSTANCE}/tags`,
    `DELETE ${INSTANCE}/tags`,
    `POST ${GROUP}/replication-pairs`,
    `PATCH ${PAIR}`,
    `DELETE ${PAIR}`,
    `POST ${PAIR}/actions/expand`,
    `POST ${PAIR}/actions/attach`,
    `POST ${PAIR}/actions/detach`,
    'POST /v1/recovery-plans',
    `PATCH ${PLAN}`,
    `DELETE ${PLAN}`,
    `PATCH ${PLAN}/protected-instances/{instanceId}/recovery-settings`,
    `POST ${PLAN}/recovery-steps`,
    `PATCH ${PLAN}/recovery-steps/{stepId}`,
    `DELETE ${PLAN}/recovery-steps/{stepId}`,
  ),
  ...rows(
    COMMAND,
    `POST ${PLAN}/actions/failover`,
    `POST ${OPERATION}/resolution`,
    `POST ${APPROVAL}/override`,
    'POST /v1/emergencies',
    'DELETE /v1/emergencies/{id}',
  ),
  ...rows(APPROVE, `POST ${APPROVAL}/approve`, `POST ${APPROVAL}/decline`),
  ...rows(AUDIT, 'GET /v1/audit', 'GET /v1/audit/export'),
  ...rows([...AUDIT, ...ADMINISTER], 'GET /v1/restore-guard', 'GET /metrics'),
  ...rows(
    ADMINISTER,
    'POST /v1/webhooks',
    'GET /v1/webhooks',
    `GET ${WEBHOOK}`,
    `PATCH ${WEBHOOK}`,
    `DELETE ${WEBHOOK}`,
    `POST ${WEBHOOK}/rotate-secret`,
    `POST ${WEBHOOK}/test`,
    `GET ${WEBHOOK}/deliveries`,
    `GET ${WEBHOOK}/deliveries/{deliveryId}`,
    `POST ${WEBHOOK}/deliveries/{deliveryId}/redeliver`,
    'POST /v1/api-keys',
    'GET /v1/api-keys',
    `GET ${KEY}`,
    `PATCH ${KEY}`,
    `DELETE ${KEY}`,
    `POST ${KEY}/rotate-secret`,
  ),
]);

/** They need no credential. */
export const FOR_EVERYBODY = ['GET /livez', 'GET /readyz', 'GET /problems/{code}'];
