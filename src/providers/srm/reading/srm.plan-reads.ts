import { publicId } from '../../../domain/ids.js';
import type { FurtherReads } from '../../further-reads.js';
import { ProviderError } from '../../provider-error.js';
import { drillOf } from './srm.drill-mapper.js';
import type { ReadingParts } from './srm.group-reads.js';
import type { SrmHistory } from './srm.history.js';
import type {
  WireDependentVm,
  WireIssue,
  WirePlannedVm,
  WireRecoverySettings,
  WireTestNetwork,
} from '../wire/srm.parts-wire.js';
import { historyPath, planPath, planVmPath } from '../wire/srm.paths.js';
import { plannedInstanceOf, planPromptOf, testNetworkOf } from './srm.plan-mapper.js';
import { recoverySettingsOf } from './srm.settings-mapper.js';
import { issueOf, runReportOf } from './srm.site-mapper.js';
import { recoveryStepOf } from './srm.step-mapper.js';
import { allStepsOf, stepOf } from './srm.steps-reading.js';
import { mustBeWhole, mustHave, mustTell, mustTellAll } from './srm.wholeness.js';
import { gapsOf, type WireHistoryReport } from '../wire/srm.wire.js';

export type PlanReads = Pick<
  FurtherReads,
  | 'plannedInstances'
  | 'plannedInstance'
  | 'recoverySettings'
  | 'recoverySteps'
  | 'recoveryStep'
  | 'planPrompts'
  | 'testNetworks'
  | 'planIssues'
  | 'planRuns'
  | 'planRun'
  | 'drill'
>;

/** What a plan is made of, how it went and what it waits for (2, rows 53 to 71). */
export function planReads({ siteId, client }: ReadingParts, history: SrmHistory): PlanReads {
  return {
    async plannedInstances({ planId }, { signal }) {
      const vms = await client.list<WirePlannedVm>(planPath(planId, '/vms'), signal, { remote: true });
      mustTell(vms);
      return vms.items.map((vm) => plannedInstanceOf(vm, { siteId, planId, gaps: vms.gaps }));
    },

    async plannedInstance({ planId, instanceId }, { signal }) {
      const path = planVmPath(planId, instanceId);
      const vm = await client.item<WirePlannedVm>(path, signal, { remote: true });
      return plannedInstanceOf(vm, { siteId, planId, gaps: gapsOf(vm._meta) });
    },

    async recoverySettings({ planId, instanceId }, { signal }) {
      const path = planVmPath(planId, instanceId, '/recovery-settings');
      const [settings, dependsOn] = await Promise.all([
        client.one<WireRecoverySettings>(path, signal),
        client.list<WireDependentVm>(`${path}/dependent-vms`, signal),
      ]);
      mustBeWhole(settings);
      mustHave(settings, 'recovery_settings');
      mustTellAll(dependsOn);
      return recoverySettingsOf(settings, dependsOn.items, { siteId, instanceId });
    },

    async recoverySteps({ planId, workflow }, { signal }) {
      const steps = await allStepsOf(client, planId, workflow, signal);
      return steps.map((step) => recoveryStepOf(step, workflow));
    },

    async recoveryStep({ planId, workflow, stepId }, { signal }) {
      const { step, callout } = await stepOf(client, planId, workflow, stepId, signal);
      return recoveryStepOf(step, workflow, callout);
    },

    async planPrompts({ planId }, { signal }) {
      const prompts = await client.prompts(planId, signal);
      mustTellAll(prompts);
      return prompts.items.map((prompt) => planPromptOf(prompt, { siteId, planId }));
    },

    async testNetworks({ planId }, { signal }) {
      const networks = await client.list<WireTestNetwork>(planPath(planId, '/test-networks'), signal);
      mustTellAll(networks, 'target_network', 'test_network');
      return networks.items.map(testNetworkOf);
    },

    async planIssues({ planId }, { signal }) {
      const issues = await client.list<WireIssue>(planPath(planId, '/issues'), signal, {}, null);
      mustTellAll(issues);
      return issues.items.map((issue) => issueOf(issue, siteId));
    },

    async planRuns({ planId, fromMs, untilMs }, { signal }) {
      const reports = await history.reports(planId, { fromMs, untilMs }, signal);
      return reports.map((report) => runReportOf(report, publicId(siteId, planId)));
    },

    async planRun({ planId, reportId }, { signal }) {
      const path = `${historyPath(planId)}/${encodeURIComponent(reportId)}`;
      const report = await client.one<WireHistoryReport>(path, signal);
      mustBeWhole(report);
      mustHave(report, 'operation_type', 'result_state');
      return { ...runReportOf(report, publicId(siteId, planId)), id: reportId };
    },

    async drill({ planId, drillId }, { signal }) {
      const drill = drillOf(await client.plan(planId, signal), siteId);
      if (drill !== null && drill.upstream.id === drillId) return drill;
      throw new ProviderError('NOT_FOUND', 'The plan is in no such test.');
    },
  };
}
