import { ENVIRONMENT } from '#gateway/platform/config/environment';

const GROUPS: Readonly<Record<string, readonly (keyof typeof ENVIRONMENT)[]>> = {
  'Who may come in': ['adminApiKey', 'breakGlassKeySha256', 'accessFile'],
  'What is answered, and to whom': [
    'corsOrigins',
    'hstsSeconds',
    'innerPort',
    'rateLimitPerSecond',
    'rateLimitFailuresPerMinute',
  ],
  'Where things are': ['host', 'port', 'redisUrl', 'redisCaFile', 'secretsKeyFile', 'sitesFile'],
  'Who decided what': ['auditDir', 'auditKeyFile', 'auditCheckpointFile'],
};
const LAST_GROUP = 'How it works';

const INTRODUCTION = `# Every setting of the gateway; made from src/platform/config/environment.ts by \`npm run gen\`.
# A line that is commented out shows the default.`;

const SECRETS = `# ── Secrets of the sites
# The sites file names variables of your choice, as \${NAME}. These are the names in sites.example.yaml.
SDRS_PASSWORD=
SRM_PASSWORD=
SRM_REMOTE_PASSWORD=`;

/** `.env.example`. */
export function environmentExample(): string {
  const grouped = Object.values(GROUPS).flat();
  const rest = (Object.keys(ENVIRONMENT) as (keyof typeof ENVIRONMENT)[]).filter(
    (key) => !grouped.includes(key),
  );
  const groups = Object.entries({ ...GROUPS, [LAST_GROUP]: rest });
  const blocks = groups.map(([title, keys]) => [`# ── ${title}`, ...keys.map(entry)].join('\n'));
  return `${[INTRODUCTION, ...blocks, SECRETS].join('\n\n')}\n`;
}

function entry(key: keyof typeof ENVIRONMENT): string {
  const { name, meaning, defaultValue } = ENVIRONMENT[key];
  return `# ${meaning}\n${defaultValue === null ? `${name}=` : `# ${name}=${defaultValue}`}`;
}
