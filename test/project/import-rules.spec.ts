import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { root } from './root.js';

/** For each rule a chain of files, each importing the next, that breaks it. Rules that forbid more appear again. */
const OFFENCES: [rule: string, ...chain: string[]][] = [
  ['domain-imports-nothing', 'src/domain/reads-files.ts', 'node:fs'],
  ['domain-imports-nothing', 'src/domain/knows-nest.ts', '@nestjs/common'],
  ['nobody-imports-api', 'src/operations/answers-http.ts', 'src/api/answer.ts'],
  ['worker-without-http', 'src/worker.module.ts', 'src/detour.ts', 'src/api/sites.controller.ts'],
  ['provider-folder-stands-alone', 'src/providers/sdrs/sdrs.borrower.ts', 'src/providers/srm/srm.mapper.ts'],
  ['provider-folder-stands-alone', 'src/providers/sdrs/sdrs.queue.ts', 'bullmq'],
  ['provider-folder-stands-alone', 'src/providers/sdrs/sdrs.caller.ts', 'src/providers/provider.ts'],
  ['one-file-lists-the-drivers', 'src/operations/picks.ts', 'src/providers/srm/srm.driver.ts'],
  ['drivers-by-their-factory', 'src/providers/drivers.ts', 'src/providers/srm/srm.driver.ts'],
  ['providers-below-the-work', 'src/providers/registry.ts', 'src/operations/store.ts'],
  ['operations-and-events-meet-at-the-stream', 'src/operations/tells.ts', 'src/events/feed.ts'],
  ['operations-and-events-meet-at-the-stream', 'src/events/asks.ts', 'src/operations/store.ts'],
  ['inventory-is-only-read', 'src/operations/believes.ts', 'src/inventory/snapshot.ts'],
  ['inventory-does-not-act', 'src/inventory/concludes.ts', 'src/operations/store.ts'],
  ['webhooks-tell-what-events-tell', 'src/webhooks/asks.ts', 'src/operations/store.ts'],
  ['nobody-waits-for-webhooks', 'src/operations/calls-out.ts', 'src/webhooks/webhook.ts'],
  ['history-behind-ports', 'src/operations/remembers.ts', 'src/history/archive/segment.ts'],
  ['access-judges-and-does-nothing', 'src/access/acts.ts', 'src/operations/operations.service.ts'],
  ['approvals-let-pass-and-do-nothing', 'src/approvals/begins.ts', 'src/operations/operations.service.ts'],
  ['rights-are-checked-at-the-door', 'src/operations/asks.ts', 'src/access/authenticator.ts'],
  ['audit-only-writes-down', 'src/audit/decides.ts', 'src/operations/operations.service.ts'],
  ['audit-behind-its-port', 'src/access/records.ts', 'src/audit/file-audit-trail.ts'],
  ['nobody-needs-telemetry', 'src/operations/measures.ts', 'src/telemetry/operation-measures.ts'],
  ['telemetry-only-looks', 'src/telemetry/reads-tales.ts', 'src/events/event-feed.ts'],
  ['traces-are-sent-from-one-folder', 'src/operations/sends-traces.ts', '@opentelemetry/sdk-trace-node'],
  ['platform-has-no-opinion', 'src/platform/opinion.ts', 'src/domain/problem.ts'],
  ['bullmq-by-file-name', 'src/operations/hidden.ts', 'bullmq'],
  ['ioredis-by-file-name', 'src/operations/hidden-store.ts', 'ioredis'],
  ['nest-at-the-edges', 'src/operations/injected.ts', '@nestjs/common'],
  ['simulators-share-nothing', 'simulators/srm/states.ts', 'src/providers/srm/srm.states.ts'],
  ['simulators-share-nothing', 'src/providers/sdrs/sdrs.words.ts', 'simulators/sdrs/words.ts'],
  ['simulators-share-nothing', 'src/embeds.ts', 'sandbox/run.ts'],
  ['sandbox-starts-processes', 'sandbox/embeds.ts', 'src/main.ts'],
  ['nothing-needs-tests', 'scripts/borrows.ts', 'test/support.ts'],
  ['production-without-dev-dependencies', 'src/compiles.ts', 'typescript'],
  ['declared-dependencies-only', 'src/transitive.ts', 'acorn'],
  ['no-unresolvable-imports', 'src/broken.ts', './nowhere.js'],
  ['no-cycles', 'src/operations/egg.ts', 'src/operations/hen.ts', 'src/operations/egg.ts'],
  ['no-cycles', 'simulators/egg.ts', 'simulators/hen.ts', 'simulators/egg.ts'],
  ['no-orphans', 'src/forgotten.ts'],
];

const CONFIG = '.dependency-cruiser.cjs';

describe('the import rules', () => {
  const house = mkdtempSync(join(tmpdir(), 'dr-gateway-rules-'));
  let broken: string[];

  beforeAll(() => {
    for (const name of [CONFIG, 'package.json', 'tsconfig.json']) {
      copyFileSync(join(root, name), join(house, name));
    }
    symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'));
    for (const [, ...chain] of OFFENCES) build(house, chain);
    broken = violationsIn(house);
  }, 60_000);

  afterAll(() => rmSync(house, { recursive: true }));

  it.each(OFFENCES)('%s is broken by %s', (rule, file) => {
    expect(broken).toContain(`${rule} ${file}`);
  });

  it('are each broken by something above', () => {
    const config = createRequire(import.meta.url)(join(root, CONFIG)) as { forbidden: { name: string }[] };
    expect(new Set(OFFENCES.map(([rule]) => rule))).toEqual(
      new Set(config.forbidden.map(({ name }) => name)),
    );
  });
});

function build(house: string, chain: string[]): void {
  const files = chain.filter((name) => name.endsWith('.ts'));
  for (const [i, file] of files.entries()) {
    const next = chain[i + 1];
    mkdirSync(join(house, dirname(file)), { recursive: true });
    appendFileSync(
      join(house, file),
      next === undefined ? 'export {};\n' : `import '${specifier(file, next)}';\n`,
    );
  }
}

function specifier(from: string, to: string): string {
  return to.endsWith('.ts') ? `./${relative(dirname(from), to).replace(/\.ts$/, '.js')}` : to;
}

/** `rule file`, one per violation. */
function violationsIn(house: string): string[] {
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const rooms = ['src', 'simulators', 'sandbox', 'scripts', 'test'];
  const answer = execFileSync(
    process.execPath,
    [cruiser, ...rooms, '--config', CONFIG, '--output-type', 'json'],
    {
      cwd: house,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const { summary } = JSON.parse(answer) as {
    summary: { violations: { from: string; rule: { name: string } }[] };
  };
  return summary.violations.map(({ from, rule }) => `${rule.name} ${from}`);
}
