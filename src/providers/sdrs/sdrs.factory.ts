import { UpstreamHttp } from '../../platform/http/upstream-http.js';
import type { TlsSettings } from '../../platform/http/tls-trust.js';
import type { DriverContext, DriverFactory } from '../provider-driver.js';
import { unlimitedBudgets, type RequestBudgets } from '../request-budget.js';
import { sdrsDescriptor } from './sdrs.descriptor.js';
import { SdrsDriver } from './sdrs.driver.js';
import { KeySession } from './access/sdrs.key-session.js';
import { PasswordSession, type SdrsSession } from './access/sdrs.session.js';
import { iamRoot, limitsOf, SdrsSettings, serviceRoot } from './sdrs.settings.js';

export const sdrs: DriverFactory<SdrsSettings> = {
  descriptor: sdrsDescriptor,
  settings: SdrsSettings,
  create(settings, context) {
    const { endpoint, projectId, tls } = settings;
    const http = new UpstreamHttp({ baseUrl: serviceRoot(endpoint, projectId), tls: tls ?? null });
    const site = { siteId: context.siteId, projectId, submitTimeoutMs: context.submitTimeoutMs };
    const budgets = context.budgets ?? unlimitedBudgets(context.clock);
    const budget = budgets.of(endpoint, limitsOf(settings));
    return new SdrsDriver(site, http, sessionOf(settings, http, context, budgets), budget);
  },
};

/** One case per kind of proof. */
function sessionOf(
  settings: SdrsSettings,
  http: UpstreamHttp,
  { clock, log }: DriverContext,
  budgets: RequestBudgets,
): SdrsSession {
  const { auth, endpoint, projectId, tls } = settings;
  switch (auth.type) {
    case 'password': {
      const iam = new UpstreamHttp({
        baseUrl: iamRoot(auth.iamEndpoint),
        tls: iamTls(endpoint, auth.iamEndpoint, tls ?? null),
      });
      const budget = budgets.of(auth.iamEndpoint, limitsOf(settings));
      return new PasswordSession(iam, { ...auth, projectId }, clock, log, budget);
    }
    case 'signature':
      return new KeySession(http, auth, projectId, clock);
  }
}

/** A pinned certificate belongs to one server: IAM is held to it only where it is that server. */
function iamTls(endpoint: string, iamEndpoint: string, tls: TlsSettings | null): TlsSettings | null {
  if (!tls || new URL(endpoint).host === new URL(iamEndpoint).host) return tls;
  return tls.caFile ? { caFile: tls.caFile } : null;
}
