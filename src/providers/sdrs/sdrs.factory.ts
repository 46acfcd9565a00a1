import { UpstreamHttp } from '../../platform/http/upstream-http.js';
import type { DriverContext, DriverFactory } from '../provider-driver.js';
import { sdrsDescriptor } from './sdrs.descriptor.js';
import { SdrsDriver } from './sdrs.driver.js';
import { PasswordSession, type SdrsSession } from './sdrs.session.js';
import { iamRoot, SdrsSettings, serviceRoot } from './sdrs.settings.js';

export const sdrs: DriverFactory<SdrsSettings> = {
  descriptor: sdrsDescriptor,
  settings: SdrsSettings,
  create(settings, context) {
    const { endpoint, projectId, tls } = settings;
    const http = new UpstreamHttp({ baseUrl: serviceRoot(endpoint, projectId), tls: tls ?? null });
    const site = { siteId: context.siteId, projectId, submitTimeoutMs: context.submitTimeoutMs };
    return new SdrsDriver(site, http, sessionOf(settings, context));
  },
};

/** One case per kind of proof; signed requests will be the second. */
function sessionOf(settings: SdrsSettings, context: DriverContext): SdrsSession {
  const { auth, projectId } = settings;
  switch (auth.type) {
    case 'password': {
      const iam = new UpstreamHttp({ baseUrl: iamRoot(auth.iamEndpoint), tls: iamTls(settings) });
      return new PasswordSession(iam, { ...auth, projectId }, context.clock, context.log);
    }
  }
}

/** A pinned certificate belongs to one server: IAM is held to it only where it is that server. */
function iamTls({ endpoint, auth, tls }: SdrsSettings): { caFile?: string; fingerprint256?: string } | null {
  if (!tls) return null;
  if (new URL(endpoint).host === new URL(auth.iamEndpoint).host) return tls;
  return tls.caFile === undefined ? null : { caFile: tls.caFile };
}
