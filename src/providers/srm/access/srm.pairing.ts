import { ProviderError } from '../../provider-error.js';
import { certificateWarningText, earliestExpiryOf, expiryWarnings } from '../reading/srm.site-mapper.js';
import { textOf, type WirePairing, type WireServer } from '../wire/srm.wire.js';

/** The one pairing that a site is about, seen from this appliance's end. */
export interface PairedSites {
  pairingId: string;
  localVcenter: VcenterName;
  remoteVcenter: VcenterName;
  /** Of the SRM server: ids of what it keeps end in it (1.6). */
  localServerId: string | null;
  /** Of the SRM server at the far end. */
  remoteServerId: string | null;
  /** A "ROBO" pairing: both ends are one vCenter, and no remote login is needed (1.5). */
  sameVcenter: boolean;
  version: string | null;
  /** The SRM server at the far end is known to be out of reach. */
  farServerDown: boolean;
  /** Sentences about servers and certificates that are not in order. */
  warnings: string[];
  /** As SRM tells it. */
  wire: WirePairing;
}

export interface VcenterName {
  id: string | null;
  name: string | null;
}

/** @param wanted the pairing's id, a name of a server at its far end, or null = the only one. */
export function choosePairing(
  pairings: readonly WirePairing[],
  wanted: string | null,
  nowMs: number,
): PairedSites {
  const fitting = wanted === null ? pairings : pairings.filter((pairing) => answersTo(pairing, wanted));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return pairedSites(only, nowMs);
  const known = pairings
    .map((p) => `${p.pairing_id} (${textOf(p.remote_srm_server?.name) ?? 'no name'})`)
    .join(', ');
  // A fault of the sites file, not of what was asked for: no action of this site works until it is mended.
  throw new ProviderError(
    'UNAVAILABLE',
    pairings.length === 0
      ? 'The appliance is paired with no other site; pair it in SRM first.'
      : `The appliance knows these pairings: ${known}. Write in "pairing" of the sites file the id of one of them.`,
  );
}

function answersTo(pairing: WirePairing, wanted: string): boolean {
  const names = [pairing.pairing_id, pairing.remote_srm_server?.name, pairing.remote_vc_server?.name];
  return names.some((name) => textOf(name)?.toLowerCase() === wanted.toLowerCase());
}

function pairedSites(pairing: WirePairing, nowMs: number): PairedSites {
  const localVcenter = vcenterOf(pairing.local_vc_server);
  const remoteVcenter = vcenterOf(pairing.remote_vc_server);
  return {
    wire: pairing,
    pairingId: pairing.pairing_id,
    localVcenter,
    remoteVcenter,
    localServerId: textOf(pairing.local_srm_server?.id),
    remoteServerId: textOf(pairing.remote_srm_server?.id),
    sameVcenter: localVcenter.id !== null && localVcenter.id === remoteVcenter.id,
    version: textOf(pairing.local_srm_server?.version),
    farServerDown: pairing.remote_srm_server?.server_status === 'ERROR',
    warnings: [
      ...serverWarnings('The SRM server of this site', pairing.local_srm_server, nowMs),
      ...serverWarnings('The SRM server of the other site', pairing.remote_srm_server, nowMs),
      ...serverWarnings('The vCenter of this site', pairing.local_vc_server, nowMs),
      ...serverWarnings('The vCenter of the other site', pairing.remote_vc_server, nowMs),
    ],
  };
}

function vcenterOf(server: WireServer | null | undefined): VcenterName {
  return { id: textOf(server?.id), name: textOf(server?.name) };
}

function serverWarnings(which: string, server: WireServer | null | undefined, nowMs: number): string[] {
  const name = textOf(server?.name);
  const who = name === null ? which : `${which}, ${name},`;
  const state = textOf(server?.server_status);
  const certificate = Array.isArray(server?.certificate_warnings) ? server.certificate_warnings : [];
  return [
    ...(state !== null && state !== 'OK' ? [`${who} reports ${state}.`] : []),
    ...expiryWarnings(earliestExpiryOf(server?.certificates), nowMs, `${who} has a certificate that`),
    ...certificate.map((warning) => `${who} has a certificate warning: ${certificateWarningText(warning)}.`),
  ];
}
