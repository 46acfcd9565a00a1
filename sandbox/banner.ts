export interface BannerFacts {
  seconds: string;
  apiUrl: string;
  sdrsUrl: string;
  srmUrl: string;
  redis: string;
  dataDir: string;
  logs: string;
  sitesFile: string;
  apiKey: string;
  requests: readonly string[];
}

/** What somebody who just started it needs, on one screen. */
export function banner(facts: BannerFacts): string {
  const rows: [string, string][] = [
    ['API', `${facts.apiUrl}  (documentation: ${facts.apiUrl}/docs)`],
    ['API key', facts.apiKey],
    ['SDRS site', `${facts.sdrsUrl}  (control API: ${facts.sdrsUrl}/_sim)`],
    ['SRM site', `${facts.srmUrl}/api/rest/srm/v2  (control API: ${facts.srmUrl}/_sim)`],
    ['Sites file', facts.sitesFile],
    ['Redis', facts.redis],
    ['Data', facts.dataDir],
    ['Logs', facts.logs],
  ];
  return [
    '',
    `dr-gateway is up, after ${facts.seconds} s. Ctrl-C stops it.`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(11)} ${value}`),
    '',
    'To try, in another terminal:',
    '',
    ...facts.requests,
    '',
  ].join('\n');
}
