/** A yes or no of a query; absent stays absent. */
export function isTrue(flag: 'true' | 'false' | undefined): boolean | undefined {
  return flag === undefined ? undefined : flag === 'true';
}
