import { readAccessFile } from '../../../src/access/file/access-file.js';
import { ConfigurationError } from '../../../src/platform/config/environment.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const file = temporaryFolder();
const SITES = ['eu-cloud', 'berlin-dc'];

/** JSON is YAML. */
function read(approvals: unknown) {
  return readAccessFile(file('access.yaml', JSON.stringify({ approvals })), {}, SITES).approvals;
}

function faultOf(rule: object): string {
  try {
    read([rule]);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.join(' ');
    throw error;
  }
  return '';
}

describe('what needs a second person', () => {
  it('is nothing without a rule', () => {
    expect(readAccessFile(null, {}, SITES).approvals).toEqual([]);
  });

  it('is whatever moves a workload, for a quarter of an hour, if a rule names sites only', () => {
    expect(read([{ sites: '*' }])).toEqual([{ sites: '*', targets: '*', actions: '*', validMinutes: 15 }]);
  });

  it('is what a rule names', () => {
    const rule = { sites: ['eu-cloud'], targets: ['eu-cloud.erp'], actions: ['FAILOVER'], validMinutes: 5 };
    expect(read([rule])).toEqual([rule]);
  });
});

it.each([
  [{}, 'Write in "sites"'],
  [{ sites: [] }, 'Write in "sites"'],
  [{ sites: ['nowhere'] }, 'approvals[0].sites: there is no site "nowhere"'],
  [{ sites: '*', targets: ['erp'] }, 'approvals[0].targets: "erp"'],
  [{ sites: ['eu-cloud'], targets: ['berlin-dc.erp'] }, 'approvals[0].targets: "berlin-dc.erp"'],
  [{ sites: '*', actions: ['failover'] }, 'Write in "actions"'],
  [{ sites: '*', actions: [] }, 'Write in "actions"'],
  [{ sites: '*', validMinutes: 0 }, 'Write in "validMinutes"'],
  [{ sites: '*', validMinutes: 1.5 }, 'Write in "validMinutes"'],
  [{ sites: '*', exempt: true }, 'exempt'],
])('the rule %j stops the start with a sentence', (rule, sentence) => {
  expect(faultOf(rule)).toContain(sentence);
});
