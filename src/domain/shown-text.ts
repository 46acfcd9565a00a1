const LONGEST = 300;
/** What lies beyond is never shown, so it is not looked at: upstreams answer in megabytes too. */
const LOOKED_AT = 3_000;

/** What colours a terminal. */
const COLOURS = /\u001b\[[\d;]*[A-Za-z]/g;
/** Everything that moves a cursor, hides, or turns the direction of reading. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** A whole header: what follows the name has parts of its own, up to the end or the bar that stands for a line's end. */
const AUTHORIZATION = /\b((?:proxy-)?authorization["']?\s*[:=]\s*)[^|]+/gi;
const SCHEME = /\b(basic|bearer)\s+(?=\S*[\d=])[\w+/=.~-]{12,}/gi;
const NAMED =
  /((?:passw(?:or)?d|secret|token|[-_]session|session[-_]?id|signature|credential|cookie|api[-_]?key)[\w-]{0,40}["']?\s*[:=]\s*)(?:"[^"]*"|'[^']*'|[^\s,;|&"'}\]]+)/gi;

/**
 * An upstream's text as it may be shown and kept: one line of bounded length, without control characters and
 * without the value of anything that is named like a credential. What only one upstream says, its driver strips.
 */
export function shownText(text: string, longest = LONGEST): string {
  const line = text.slice(0, LOOKED_AT).replace(COLOURS, '').replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim();
  const safe = line
    .replace(AUTHORIZATION, '$1***')
    .replace(SCHEME, '$1 ***')
    .replace(NAMED, (_all, name: string) => `${name}***`);
  return safe.length > longest ? `${safe.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')}…` : safe;
}
