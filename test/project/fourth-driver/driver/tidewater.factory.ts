import { UpstreamHttp } from '../../../../src/platform/http/upstream-http.js';
import type { DriverFactory } from '../../../../src/providers/provider-driver.js';
import { TidewaterClient } from './tidewater.client.js';
import { tidewaterDescriptor } from './tidewater.descriptor.js';
import { TidewaterDriver } from './tidewater.driver.js';
import { TidewaterSettings } from './tidewater.settings.js';

export const tidewater: DriverFactory<TidewaterSettings> = {
  descriptor: tidewaterDescriptor,
  settings: TidewaterSettings,
  create({ endpoint, token }, { siteId, submitTimeoutMs }) {
    const http = new UpstreamHttp({ baseUrl: endpoint.replace(/\/+$/, '') });
    return new TidewaterDriver(siteId, new TidewaterClient(http, token), submitTimeoutMs);
  },
};
