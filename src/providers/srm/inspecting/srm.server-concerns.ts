import type { Concern, FindingTarget, Severity } from '../../../domain/site-finding.js';
import { certificateWarningText, earliestExpiryOf } from '../reading/srm.site-mapper.js';
import { textOf, timeOf, type WirePairing, type WireServer } from '../wire/srm.wire.js';

const DAY_MS = 86_400_000;
const SOON_DAYS = 30;
const URGENT_DAYS = 7;

interface Role {
  /** Stable, for the finding's key. */
  key: string;
  title: string;
  isLocal: boolean;
  isRecoveryManager: boolean;
}

const ROLES: readonly [keyof WirePairing, Role][] = [
  role('local_srm_server', 'srm-here', 'The SRM server of this site'),
  role('remote_srm_server', 'srm-there', 'The SRM server of the other site'),
  role('local_vc_server', 'vcenter-here', 'The vCenter of this site'),
  role('remote_vc_server', 'vcenter-there', 'The vCenter of the other site'),
];

function role(field: keyof WirePairing, key: string, title: string): [keyof WirePairing, Role] {
  const [isLocal, isRecoveryManager] = [key.endsWith('-here'), key.startsWith('srm')];
  return [field, { key, title, isLocal, isRecoveryManager }];
}

/** The four servers of a pairing: whether they work, and how long their certificates do (3.3). */
export function serverConcerns(pairing: WirePairing, site: FindingTarget, nowMs: number): Concern[] {
  // Where both ends are one vCenter (1.5), it is told of once.
  const seen = new Set<string>();
  return ROLES.flatMap(([field, known]) => {
    const server = pairing[field] as WireServer | null | undefined;
    const id = textOf(server?.id) ?? known.key;
    if (!server || seen.has(id)) return [];
    seen.add(id);
    const name = textOf(server.name);
    const who = name === null ? known.title : `${known.title}, ${name},`;
    return [
      ...stateConcerns(server, known, who, site),
      ...expiryConcerns(server, known, who, site, nowMs),
      ...warningConcerns(server, known, who, site),
    ];
  });
}

function stateConcerns(server: WireServer, known: Role, who: string, site: FindingTarget): Concern[] {
  const state = textOf(server.server_status);
  if (state !== 'WARNING' && state !== 'ERROR') return [];
  const isFarSite = state === 'ERROR' && known.isRecoveryManager && !known.isLocal;
  return [
    {
      type: isFarSite ? 'SITE_UNREACHABLE' : 'UPSTREAM_ISSUE',
      severity: state === 'ERROR' && known.isLocal ? 'CRITICAL' : 'WARNING',
      target: site,
      detailKey: `state/${known.key}`,
      text: `${who} reports ${state}.`,
      remedy: isFarSite
        ? 'Bring the other site back, or the way to it; until then no plan can be reprotected.'
        : 'Look at the server and its services, and at the way to it.',
      sinceTime: null,
    },
  ];
}

function expiryConcerns(
  server: WireServer,
  known: Role,
  who: string,
  site: FindingTarget,
  nowMs: number,
): Concern[] {
  const expiryMs = earliestExpiryOf(server.certificates);
  const day = timeOf(expiryMs)?.slice(0, 10);
  if (expiryMs === null || day === undefined || expiryMs - nowMs > SOON_DAYS * DAY_MS) return [];
  const severity: Severity = expiryMs - nowMs <= URGENT_DAYS * DAY_MS ? 'CRITICAL' : 'WARNING';
  const verb = expiryMs <= nowMs ? 'expired' : 'expires';
  return [
    {
      type: 'CERTIFICATE_EXPIRING',
      severity,
      target: site,
      detailKey: `expiry/${known.key}`,
      text: `${who} has a certificate that ${verb} on ${day}.`,
      remedy: 'Replace the certificate, then reconnect the pair of sites in SRM so that both ends trust it.',
      sinceTime: null,
    },
  ];
}

function warningConcerns(server: WireServer, known: Role, who: string, site: FindingTarget): Concern[] {
  const warnings = Array.isArray(server.certificate_warnings) ? server.certificate_warnings : [];
  return warnings.map((warning) => {
    const words = certificateWarningText(warning);
    return {
      type: 'CERTIFICATE_EXPIRING',
      severity: 'INFO',
      target: site,
      detailKey: `warning/${known.key}/${words}`,
      text: `${who} has a certificate warning: ${words}.`,
      remedy: 'Look whether the certificate is the one that is meant, and replace it or trust it in SRM.',
      sinceTime: null,
    };
  });
}
