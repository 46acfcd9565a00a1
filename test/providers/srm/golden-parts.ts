import {
  plannedInstanceOf,
  planPromptOf,
  testNetworkOf,
  type PartContext,
} from '../../../src/providers/srm/reading/srm.plan-mapper.js';
import type {
  WireCallout,
  WireDependentVm,
  WireIssue,
  WirePlannedVm,
  WireProtectionSettings,
  WireRecoverySettings,
  WireSiteServer,
  WireStep,
  WireTestNetwork,
} from '../../../src/providers/srm/wire/srm.parts-wire.js';
import {
  protectionSettingsOf,
  recoverySettingsOf,
  type InstanceContext,
} from '../../../src/providers/srm/reading/srm.settings-mapper.js';
import {
  apiVersionsOf,
  issueOf,
  runReportOf,
  siteServerOf,
  type ServerContext,
} from '../../../src/providers/srm/reading/srm.site-mapper.js';
import { operationStepOf, recoveryStepOf } from '../../../src/providers/srm/reading/srm.step-mapper.js';
import type { WireHistoryReport, WirePrompt } from '../../../src/providers/srm/wire/srm.wire.js';

/** What groups, plans and sites are made of, by the kind that a pair names. */
export const PART_MAPPERS = {
  plannedInstances: (wire: unknown, context: unknown) =>
    (wire as WirePlannedVm[]).map((vm) => plannedInstanceOf(vm, context as PartContext)),
  recoverySettings: (wire: unknown, context: unknown) =>
    (wire as { settings: WireRecoverySettings; dependents: WireDependentVm[] }[]).map(
      ({ settings, dependents }) => recoverySettingsOf(settings, dependents, context as InstanceContext),
    ),
  protectionSettings: (wire: unknown, context: unknown) =>
    (wire as WireProtectionSettings[]).map((each) => protectionSettingsOf(each, context as InstanceContext)),
  testNetworks: (wire: unknown) => (wire as WireTestNetwork[]).map(testNetworkOf),
  planPrompts: (wire: unknown, context: unknown) =>
    (wire as WirePrompt[]).map((prompt) => planPromptOf(prompt, context as PartContext)),
  /** As a list of steps has them, and as an operation shows them. */
  steps: (wire: unknown) =>
    (wire as WireStep[]).map((step) => ({
      step: recoveryStepOf(step, 'RECOVERY'),
      shown: operationStepOf(step),
    })),
  callouts: (wire: unknown) =>
    (wire as WireCallout[]).map((callout) => recoveryStepOf({ id: 1 }, 'TEST', callout).callout),
  issues: (wire: unknown, context: unknown) =>
    (wire as WireIssue[]).map((issue) => issueOf(issue, (context as { siteId: string }).siteId)),
  runs: (wire: unknown, context: unknown) =>
    (wire as WireHistoryReport[]).map((run) => runReportOf(run, (context as { planId: string }).planId)),
  servers: (wire: unknown, context: unknown) =>
    (wire as WireSiteServer[]).map((server) => siteServerOf(server, context as ServerContext)),
  /** What is served, by what is configured and by the server's version. */
  apiVersions: (wire: unknown) =>
    Object.fromEntries(
      (wire as [string | null, string | null][]).map(([configured, version]) => [
        `${configured} at ${version}`,
        apiVersionsOf(configured, version).map(({ id, state }) => `${id} ${state}`),
      ]),
    ),
};
