import { UpstreamHttp } from '../../platform/http/upstream-http.js';
import type { DriverFactory } from '../provider-driver.js';
import { unlimitedBudgets } from '../request-budget.js';
import { SrmClient } from './wire/srm.client.js';
import { srmDescriptor } from './srm.descriptor.js';
import { SrmDriver } from './srm.driver.js';
import { SrmEvidence } from './evidence/srm.evidence.js';
import { SrmInspection } from './inspecting/srm.inspection.js';
import { SrmInventory } from './reading/srm.inventory.js';
import { SrmHistory } from './reading/srm.history.js';
import { SrmHome } from './reading/srm.home.js';
import { SrmObserver } from './watching/srm.observation.js';
import { siteReads } from './reading/srm.site-reads.js';
import { PlanGroups } from './reading/srm.plan-groups.js';
import { SrmPreparation } from './preparing/srm.preparation.js';
import { SrmSession } from './access/srm.session.js';
import { limitsOf, SrmSettings } from './srm.settings.js';
import { SrmSubmission } from './wire/srm.submission.js';
import { SrmUpstream } from './wire/srm.upstream.js';

export const srm: DriverFactory<SrmSettings> = {
  descriptor: srmDescriptor,
  settings: SrmSettings,
  create(settings, { siteId, clock, log, submitTimeoutMs, memory, budgets = unlimitedBudgets(clock) }) {
    const http = new UpstreamHttp({
      baseUrl: settings.endpoint.replace(/\/$/, ''),
      tls: settings.tls ?? null,
    });
    const limits = limitsOf(settings);
    const budget = budgets.of(settings.endpoint, limits);
    const upstream = new SrmUpstream(http, budget, submitTimeoutMs);
    const session = new SrmSession(upstream, settings, clock, log);
    const client = new SrmClient(upstream, session, settings.pairing ?? null, clock);
    const home = new SrmHome(siteId, memory, settings.home ?? null);
    const planGroups = new PlanGroups(clock);
    const inventory = new SrmInventory(siteId, client, home, planGroups);
    const history = new SrmHistory(client, settings.auth.userName);
    const issues = siteReads({ siteId, client, home }, history, null);
    return new SrmDriver({
      siteId,
      upstream,
      client,
      home,
      planGroups,
      inventory,
      inspection: new SrmInspection(siteId, client, inventory, issues.siteIssues),
      history,
      apiVersion: /\/(v\d+)\/?$/.exec(settings.endpoint)?.[1] ?? null,
      preparing: new SrmPreparation(siteId, client, home, planGroups),
      submission: new SrmSubmission(upstream, client),
      evidence: new SrmEvidence(client, history),
      observing: new SrmObserver(siteId, client, home, inventory, limits.session?.requests),
    });
  },
};
