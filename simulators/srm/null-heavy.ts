/** The fields the document allows to be null, by name. */
const NULLABLE = new Set([
  'array_pair',
  'certificate_warnings',
  'certificates',
  'complete_time',
  'dependent_vms',
  'description',
  'devices',
  'domain_id',
  'entity',
  'entity_name',
  'errors_list',
  'finish_time',
  'networks',
  'nic_settings',
  'parent',
  'post_power_on_steps',
  'pre_power_on_steps',
  'protection_group',
  'protection_group_name',
  'queued_time',
  'recovery_networks',
  'start_time',
  'vm_tools_status',
  'vmotion_eligible',
  'vvol_replication_group_data',
  'warnings_list',
]);

/** These names are nullable in one structure and not in another. */
const NOT_NULLABLE: { name: string; beside: string }[] = [
  { name: 'description', beside: 'description_id' },
  { name: 'description', beside: 'prompt_text' },
  { name: 'description', beside: 'issue_type' },
  { name: 'entity', beside: 'issue_type' },
  { name: 'start_time', beside: 'step_number' },
  { name: 'pre_power_on_steps', beside: 'allow_migration' },
  { name: 'post_power_on_steps', beside: 'allow_migration' },
];

/** The same answer with every field null that may be (srm reference 9, "null-heavy answers"). */
export function withNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map((each: unknown) => withNulls(each)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    name === '_meta' ? (inner as unknown) : mayBeNull(name, value) ? null : withNulls(inner as unknown),
  ]);
  return Object.fromEntries(entries) as T;
}

const mayBeNull = (name: string, beside: object): boolean =>
  NULLABLE.has(name) && !NOT_NULLABLE.some((rule) => rule.name === name && rule.beside in beside);
