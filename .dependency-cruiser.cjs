// The walls of the house. docs/architecture.md draws them; test/project/import-rules.spec.ts proves that they bite.
const providerFolder = '^src/providers/([^/]+)/';
const anyProviderFolder = '^src/providers/[^/]+/';

/** A rule against every import that matches. */
function forbid(name, comment, from, to) {
  return { name, comment, severity: 'error', from, to };
}

module.exports = {
  forbidden: [
    forbid(
      'domain-imports-nothing',
      'The vocabulary must be readable, testable and movable without knowing any framework, clock or store.',
      { path: '^src/domain/' },
      { pathNot: '^src/domain/' },
    ),
    forbid(
      'nobody-imports-api',
      'HTTP is one way in among others: what it alone knows, the worker and the rooms below cannot come to need.',
      { path: '^src/', pathNot: ['^src/api/', '^src/api\\.module\\.ts$', '^src/main\\.ts$'] },
      { path: '^src/api/' },
    ),
    forbid(
      'worker-without-http',
      'The worker must run without a single controller, by whatever detour.',
      { path: '^src/worker(\\.module)?\\.ts$' },
      { path: '^src/api/', reachable: true },
    ),
    forbid(
      'provider-folder-stands-alone',
      "An upstream's side needs the vocabulary, the contract and a way to call out. Knowing more, it could no longer be copied to make the next one.",
      { path: providerFolder },
      {
        dependencyTypesNot: ['core'],
        pathNot: [
          '^src/providers/$1/',
          '^src/providers/(provider-driver|provider-error|further-reads|call-context|upstream-exchange|request-budget|lanes|judgement|turns)\\.ts$',
          '^src/domain/',
          '^src/platform/(http|log)/',
          '^src/platform/clock\\.ts$',
          'node_modules/(class-validator|class-transformer|reflect-metadata)/',
        ],
      },
    ),
    forbid(
      'one-file-lists-the-drivers',
      'Everybody else sees `Provider`. A second list of upstreams would be forgotten when the next one comes.',
      { path: '^src/', pathNot: ['^src/providers/drivers\\.ts$', anyProviderFolder] },
      { path: anyProviderFolder },
    ),
    forbid(
      'drivers-by-their-factory',
      "What lies in a provider's folder beside its factory is its own affair.",
      { path: '^src/providers/drivers\\.ts$' },
      { path: anyProviderFolder, pathNot: '\\.factory\\.ts$' },
    ),
    forbid(
      'providers-below-the-work',
      'A provider answers; it does not know who asks, what is queued, kept or told.',
      { path: '^src/providers/' },
      { path: '^src/(operations|events|inventory|api)/' },
    ),
    forbid(
      'operations-and-events-meet-at-the-stream',
      'An operation is told by the script that writes it. If these rooms knew each other, something could be published twice.',
      { path: '^src/(operations|events)/' },
      { path: '^src/(operations|events)/', pathNot: '^src/$1/' },
    ),
    forbid(
      'inventory-is-only-read',
      'The read model may be stale, so nothing that decides or acts may look into it.',
      { path: '^src/(operations|events)/' },
      { path: '^src/inventory/' },
    ),
    forbid(
      'inventory-does-not-act',
      'What is known of the sites is read from them, not concluded from our own work.',
      { path: '^src/inventory/' },
      { path: '^src/(operations|events)/' },
    ),
    forbid(
      'webhooks-tell-what-events-tell',
      'A webhook is told what the stream holds, like any other reader. If this room could ask operations or sites, two readers could be told two things.',
      { path: '^src/webhooks/' },
      { path: '^src/', pathNot: '^src/(webhooks|events|domain|platform)/' },
    ),
    forbid(
      'nobody-waits-for-webhooks',
      'Whoever listens must not be able to hold up, or to fail, what is listened to.',
      { path: '^src/(operations|inventory|events|history|providers)/' },
      { path: '^src/webhooks/' },
    ),
    forbid(
      'history-behind-ports',
      'The work must go on whether or not there is an archive or a report: those who read operations and events know ports of their own rooms only.',
      { path: '^src/(domain|providers|operations|inventory|events|webhooks)/' },
      { path: '^src/history/' },
    ),
    forbid(
      'access-judges-and-does-nothing',
      'Who may do what is judged by who asks and by what is known of the sites. A judge who could also act, or who asked the work itself, could be talked into something.',
      { path: '^src/access/' },
      { path: '^src/', pathNot: '^src/(access|domain|platform|inventory)/' },
    ),
    forbid(
      'approvals-let-pass-and-do-nothing',
      'Whoever keeps what people have approved must not be able to begin it: the door asks, and the door begins.',
      { path: '^src/approvals/' },
      { path: '^src/', pathNot: '^src/(approvals|access|domain|platform|webhooks)/' },
    ),
    forbid(
      'rights-are-checked-at-the-door',
      'The long work is done for somebody who was let in: it is told over what they may look, and never asks who they are.',
      { path: '^src/(providers|operations|inventory|events|webhooks|history|telemetry)/' },
      { path: '^src/access/' },
    ),
    forbid(
      'audit-only-writes-down',
      'What decides must not depend on how decisions are kept, and what keeps them must not be able to decide: it knows the port, and is handed over where processes are put together.',
      { path: '^src/audit/' },
      { path: '^src/', pathNot: '^src/(audit|domain|platform)/|^src/access/audit-trail\\.ts$' },
    ),
    forbid(
      'audit-behind-its-port',
      'Whoever decides records by the port in src/access; only the surface reads what was recorded.',
      { path: '^src/', pathNot: '^src/(audit|api)/|^src/[^/]+\\.ts$' },
      { path: '^src/audit/' },
    ),
    forbid(
      'nobody-needs-telemetry',
      'The work must go on in the same way whether or not anybody measures it: what is measured is told by the rooms themselves, and followed from outside.',
      { path: '^src/', pathNot: ['^src/telemetry/', '^src/(api|worker)\\.module\\.ts$'] },
      { path: '^src/telemetry/' },
    ),
    forbid(
      'telemetry-only-looks',
      'Figures of the work are taken from the work itself, not from what is told of it further on; those rooms count for themselves.',
      { path: '^src/telemetry/' },
      { path: '^src/(api|events|webhooks|history)/' },
    ),
    forbid(
      'traces-are-sent-from-one-folder',
      'The SDK is large, and loaded only where traces are wanted. The rest knows the API, which does nothing by itself.',
      { path: '^src/', pathNot: '^src/platform/tracing/' },
      { path: 'node_modules/@opentelemetry/(sdk|exporter|context|resources|core)' },
    ),
    forbid(
      'platform-has-no-opinion',
      'A tool that knows disaster recovery is a room that was put in the wrong place.',
      { path: '^src/platform/' },
      { path: '^src/', pathNot: '^src/platform/' },
    ),
    forbid(
      'bullmq-by-file-name',
      'A reader finds every queue by its name, and the rest can be tested without one.',
      { path: '^src/', pathNot: '\\.(queue|processor)\\.ts$' },
      { path: 'node_modules/bullmq/' },
    ),
    forbid(
      'ioredis-by-file-name',
      'Whoever talks to Redis says so in the name; modules and the start only hand connections over.',
      {
        path: '^src/',
        pathNot: [
          '^src/platform/redis/',
          '/redis-[^/]+\\.ts$',
          '\\.(module|queue|processor)\\.ts$',
          '^src/start-up\\.ts$',
        ],
      },
      { path: 'node_modules/ioredis/' },
    ),
    forbid(
      'nest-at-the-edges',
      'Nest wires the rooms and serves HTTP. What happens in a room is plain TypeScript that a test can call.',
      {
        path: '^src/',
        pathNot: [
          '^src/api/',
          '\\.module\\.ts$',
          '^src/(main|worker|start-up)\\.ts$',
          '^src/platform/log/framework-log\\.ts$',
        ],
      },
      { path: 'node_modules/@nestjs/' },
    ),
    forbid(
      'simulators-share-nothing',
      'If a simulator and a driver shared code, a mistake in it would cancel out and every test would pass.',
      { path: '^(src|simulators)/' },
      { path: '^(src|simulators|sandbox|scripts|test)/', pathNot: '^$1/' },
    ),
    forbid(
      'sandbox-starts-processes',
      'The sandbox runs the gateway as an operator would, from outside.',
      { path: '^sandbox/' },
      { path: '^(src|scripts|test)/' },
    ),
    forbid(
      'nothing-needs-tests',
      'Tests and scripts look at the product; the product does not look back.',
      { path: '^(src|simulators|sandbox|scripts)/' },
      { path: '^test/' },
    ),
    forbid(
      'production-without-dev-dependencies',
      'The image holds the gateway and the simulators, and only what `npm ci --omit=dev` installs.',
      { path: '^(src|simulators)/' },
      { dependencyTypes: ['npm-dev'] },
    ),
    forbid(
      'declared-dependencies-only',
      'A package that only happens to be installed is gone with the next update.',
      { path: '^(src|simulators|sandbox|scripts)/' },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    ),
    forbid('no-unresolvable-imports', 'It would fail at run time.', {}, { couldNotResolve: true }),
    forbid(
      'no-cycles',
      'Files in a circle can only be understood, tested and moved together.',
      { path: '^(src|simulators|sandbox|scripts|test)/' },
      { circular: true },
    ),
    forbid(
      'no-orphans',
      'A file that nothing imports is dead, unless it is where something starts.',
      {
        orphan: true,
        path: '^(src|simulators|sandbox|scripts)/',
        pathNot: ['^(src|simulators|sandbox)/(main|worker)\\.ts$', '^scripts/'],
      },
      {},
    ),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
};
