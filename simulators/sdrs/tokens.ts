import { accountOf, iamId, regionOf } from './identity.js';
import type { Account } from './settings.js';
import { tokenTime } from './times.js';
import { isFields, type Fields } from './validation.js';
import { IamRefusal } from './errors.js';
import type { Sdrs, Token } from './world.js';

/** Logs a user in: the body of `POST /v3/auth/tokens` (1.2). Returns the new token's own text. */
export function issueToken(sim: Sdrs, body: unknown): string {
  const auth = part(body, 'auth');
  const identity = part(auth, 'identity');
  const methods = identity.methods;
  if (!Array.isArray(methods) || !methods.includes('password'))
    throw badRequest('methods must hold password.');
  const account = authenticate(sim, part(part(identity, 'password'), 'user'));
  const projectId = scopedProject(account, auth.scope);
  const text = `MIIF${sim.random.hex(764)}`;
  sim.state.tokens[text] = {
    account: { domain: account.domain, user: account.user },
    methods: methods.map(String),
    projectId,
    issuedAt: sim.instant,
    expiresAt: sim.instant + sim.settings.tokenLifetimeMs,
  };
  return text;
}

function authenticate(sim: Sdrs, user: Fields): Account {
  const domain = isFields(user.domain) ? user.domain : {};
  const account = sim.settings.accounts.find((candidate) => {
    const userId = iamId('user', `${candidate.domain}/${candidate.user}`);
    if (user.id !== undefined) return user.id === userId;
    const domainMatches = domain.name === candidate.domain || domain.id === iamId('domain', candidate.domain);
    return user.name === candidate.user && domainMatches;
  });
  if (account?.password !== user.password || account === undefined)
    throw new IamRefusal(401, 'Unauthorized', 'The username or password is wrong.');
  return account;
}

/** No scope, or a domain scope, gives a token that SDRS does not take (1.2). */
function scopedProject(account: Account, scope: unknown): string | null {
  if (!isFields(scope) || !isFields(scope.project)) return null;
  const { id, name } = scope.project;
  const project = account.projects.find((p) => (id === undefined ? p.name === name : p.id === id));
  if (!project) throw new IamRefusal(401, 'Unauthorized', 'The project does not exist or is not accessible.');
  return project.id;
}

/** The full token body, with a catalog whose SDRS address already ends in the project (1.1). */
export function tokenBody(sim: Sdrs, token: Token, baseUrl: string): object {
  const { domain: domainName, user } = token.account;
  const domain = { id: iamId('domain', domainName), name: domainName };
  const project = accountOf(sim.settings, token.account)?.projects.find((p) => p.id === token.projectId);
  const scope = project ? { project: { ...project, domain } } : { domain };
  return {
    token: {
      methods: token.methods,
      issued_at: tokenTime(token.issuedAt),
      expires_at: tokenTime(token.expiresAt),
      user: { id: iamId('user', `${domainName}/${user}`), name: user, domain, password_expires_at: '' },
      ...scope,
      roles: [{ id: iamId('role', 'te_admin'), name: 'te_admin' }],
      catalog: project ? catalog(project, baseUrl) : [],
    },
  };
}

function catalog(project: { id: string; name: string }, baseUrl: string): object[] {
  const entry = (name: string, type: string, region: string, url: string) => ({
    id: iamId('service', type),
    name,
    type,
    endpoints: [{ id: iamId('endpoint', type), interface: 'public', region, region_id: region, url }],
  });
  return [
    entry('iam', 'identity', '*', `${baseUrl}/v3`),
    entry('sdrs', 'sdrs', regionOf(project.name), `${baseUrl}/v1/${project.id}`),
  ];
}

/** The token of that text if it is alive; tokens of vanished accounts are dead. */
export function liveToken(sim: Sdrs, text: string | undefined): Token | null {
  const token = sim.state.tokens[text ?? ''];
  if (!token || token.expiresAt <= sim.instant || !accountOf(sim.settings, token.account)) return null;
  return token;
}

function part(fields: unknown, key: string): Fields {
  const inner = isFields(fields) ? fields[key] : undefined;
  if (!isFields(inner)) throw badRequest(`${key} is mandatory.`);
  return inner;
}

function badRequest(message: string): IamRefusal {
  return new IamRefusal(400, 'Bad Request', message);
}
