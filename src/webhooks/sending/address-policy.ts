import net from 'node:net';
import ipaddr from 'ipaddr.js';

/** What a private endpoint may have, if private ones are allowed. What names no single other machine stays refused. */
const PRIVATE: readonly string[] = ['loopback', 'private', 'uniqueLocal', 'carrierGradeNat'];

/** Where clouds tell a machine its own credentials, beside those of the link: Alibaba, Azure (WireServer). */
const METADATA: readonly string[] = ['100.100.100.200', '168.63.129.16'];
/** The same by IPv6: Amazon (and what its containers ask), Google, Oracle. */
const METADATA_NETS: readonly [ipaddr.IPv6, number][] = [
  [ipaddr.IPv6.parse('fd00:ec2::'), 32],
  [ipaddr.IPv6.parse('fd20:ce::'), 32],
  [ipaddr.IPv6.parse('fd00:c1::'), 32],
];

const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];
/** RFC 6052: an IPv4 address that a translator of the network reaches. */
const TRANSLATED: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('64:ff9b::'), 96];

/** Why nothing is sent to that address, as a word or two; null = something may be. */
export function refusedAddress(text: string, allowPrivate: boolean): string | null {
  // A zone names an interface of this machine.
  if (text.includes('%') || net.isIP(text) === 0) return 'not an address';
  const address = meant(ipaddr.parse(text));
  if (isMetadata(address)) return 'metadata';
  const range = address.range();
  if (PRIVATE.includes(range)) return allowPrivate ? null : words(range);
  if (range !== 'unicast') return words(range);
  return isIpv6(address) && !address.match(GLOBAL_UNICAST) ? 'not global' : null;
}

/** The IPv4 address in an IPv6 one, where that is what is reached. */
function meant(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!isIpv6(address)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  return address.match(TRANSLATED) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

function isMetadata(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return isIpv6(address)
    ? METADATA_NETS.some((net) => address.match(net))
    : METADATA.includes(address.toString());
}

function isIpv6(address: ipaddr.IPv4 | ipaddr.IPv6): address is ipaddr.IPv6 {
  return address.kind() === 'ipv6';
}

/** `carrierGradeNat` → `carrier grade nat`. */
function words(range: string): string {
  return range.replace(/([A-Z])/g, ' $1').toLowerCase();
}
