import type { ProviderErrorKind, Retry } from '../provider-error.js';

/** What kind of trouble a code speaks of, and whether asking again later can help. */
export interface Verdict {
  kind: ProviderErrorKind;
  retry: Retry;
}

interface Family extends Verdict {
  /** The digits after the service's name; `a-b` is a range. */
  codes: string;
}

/** Section 6.3, by family. Codes that stand nowhere here are judged by their HTTP status. */
const SDRS_FAMILIES: readonly Family[] = [
  { kind: 'UNAUTHENTICATED', retry: 'TEMPORARY', codes: '0002 0014-0016' },
  { kind: 'UNAUTHENTICATED', retry: 'PERMANENT', codes: '0001' },
  { kind: 'PERMISSION_DENIED', retry: 'PERMANENT', codes: '0003-0005 0009 0231-0232 1355 1828' },
  // A malformed id and an unknown one both mean that there is no such thing (section 6.4); 0408 = no such job.
  {
    kind: 'NOT_FOUND',
    retry: 'PERMANENT',
    codes: '0207 0208 0213 0408 1013 1310 1315 1320 1326 1335 1372 1608 1900-1902 1924 1928 2206',
  },
  { kind: 'QUOTA_EXCEEDED', retry: 'PERMANENT', codes: '0305-0306 1340 1358 1385 1826 1929-1930 2203' },
  // No source ties these to actions: one family (section 6.5). 1301 and 1913 may also mean "gone" (6.4).
  {
    kind: 'WRONG_STATE',
    retry: 'PERMANENT',
    codes:
      '1002 1017-1024 1301 1314 1316 1319 1323-1325 1327-1328 1330 1333 1338 1342 1352 1601 1809 1913 2221-2222',
  },
  { kind: 'WRONG_STATE', retry: 'TEMPORARY', codes: '1830' },
  { kind: 'CONFLICT', retry: 'TEMPORARY', codes: '1357 1359 1831-1832' },
  {
    kind: 'CONFLICT',
    retry: 'PERMANENT',
    codes:
      '0225 0233 1001 1003 1010 1305 1311 1321-1322 1334 1339 1354 1365 1376-1379 1603-1607 1801 1811 ' +
      '1816-1819 1825 1827 1921',
  },
  { kind: 'UPSTREAM_FAULT', retry: 'TEMPORARY', codes: '0006-0008 0010-0013 1011' },
  {
    kind: 'UPSTREAM_FAULT',
    retry: 'PERMANENT',
    codes:
      '0401-0407 1014-1016 1025-1030 1032 1306-1309 1312-1313 1317-1318 1329 1331-1332 1350-1351 1609-1610 ' +
      '1807-1808 1812-1814 1820-1824 1904-1906 1912 1914-1920 1922-1923 1925-1927',
  },
  {
    kind: 'INVALID_ARGUMENT',
    retry: 'PERMANENT',
    codes:
      '0201-0206 0209-0212 0214-0219 0221-0224 0226-0228 0301-0304 1303-1304 1336-1337 1341 1353 1356 ' +
      '1360-1364 1366-1371 1373-1375 1380-1384 1386 1408-1409 1611 1802-1806 1810 1907-1911 2201-2202 2204-2205 ' +
      '2207-2220',
  },
];

/** The gateway in front of the service. 0201 is judged by its status: it stands for 400 as well as 502 and 504. */
const GATEWAY_FAMILIES: readonly Family[] = [
  { kind: 'UNAUTHENTICATED', retry: 'TEMPORARY', codes: '0301 0303 0305 0307 0311' },
  {
    kind: 'PERMISSION_DENIED',
    retry: 'PERMANENT',
    codes: '0302 0304 0306 0310 0401-0404 0501-0502 0801-0802',
  },
  { kind: 'RATE_LIMITED', retry: 'TEMPORARY', codes: '0308' },
  // The address is wrong or the API is not offered there; it says nothing about a resource.
  { kind: 'UNSUPPORTED', retry: 'PERMANENT', codes: '0101 0103-0106' },
  { kind: 'UNAVAILABLE', retry: 'TEMPORARY', codes: '0610 0613' },
  { kind: 'UPSTREAM_FAULT', retry: 'TEMPORARY', codes: '0601 0605-0606 0608-0609 0611-0612 0705' },
  { kind: 'INVALID_ARGUMENT', retry: 'PERMANENT', codes: '0602 0607' },
];

const SDRS = tableOf(SDRS_FAMILIES);
const GATEWAY = tableOf(GATEWAY_FAMILIES);

/** null = a code without a place in the tables. Some services spell the gateway's name `APIG`. */
export function verdictOfCode(code: string): Verdict | null {
  const match = /^(SDRS|APIGW|APIG)\.(\d{4})$/.exec(code);
  if (!match) return null;
  return (match[1] === 'SDRS' ? SDRS : GATEWAY).get(match[2] ?? '') ?? null;
}

export function isGatewayCode(code: string): boolean {
  return /^APIGW?\./.test(code);
}

/** For answers in the vendor's form whose code says nothing known. */
export function verdictOfStatus(status: number): Verdict {
  switch (status) {
    case 400:
    case 413:
    case 414:
    case 422:
      return { kind: 'INVALID_ARGUMENT', retry: 'PERMANENT' };
    case 401:
      return { kind: 'UNAUTHENTICATED', retry: 'TEMPORARY' };
    case 403:
    case 407:
      return { kind: 'PERMISSION_DENIED', retry: 'PERMANENT' };
    case 404:
      return { kind: 'NOT_FOUND', retry: 'PERMANENT' };
    case 405:
    case 406:
    case 501:
      return { kind: 'UNSUPPORTED', retry: 'PERMANENT' };
    case 408:
    case 504:
      return { kind: 'TIMEOUT', retry: 'TEMPORARY' };
    case 409:
      return { kind: 'CONFLICT', retry: 'PERMANENT' };
    case 429:
      return { kind: 'RATE_LIMITED', retry: 'TEMPORARY' };
    case 502:
    case 503:
      return { kind: 'UNAVAILABLE', retry: 'TEMPORARY' };
    default:
      return status >= 500
        ? { kind: 'UPSTREAM_FAULT', retry: 'TEMPORARY' }
        : { kind: 'BAD_ANSWER', retry: 'TEMPORARY' };
  }
}

function tableOf(families: readonly Family[]): ReadonlyMap<string, Verdict> {
  const table = new Map<string, Verdict>();
  for (const { kind, retry, codes } of families) {
    for (const part of codes.split(' ')) {
      const [first = '', last = first] = part.split('-');
      for (let code = Number(first); code <= Number(last); code += 1) {
        table.set(String(code).padStart(4, '0'), { kind, retry });
      }
    }
  }
  return table;
}
