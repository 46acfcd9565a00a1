import { parsePublicId } from '../domain/ids.js';
import type { FieldError } from '../domain/problem.js';
import type { GrantDto } from './dto/api-keys.dto.js';

/** What is wrong with grants by themselves, whoever gives them. */
export function grantFaults(grants: readonly GrantDto[]): FieldError[] {
  return grants.flatMap(({ sites, targets }, at) =>
    targets === '*'
      ? []
      : targets.flatMap((id, i) => {
          const detail = targetFault(id, sites);
          return detail === null ? [] : [{ pointer: `/grants/${at}/targets/${i}`, detail }];
        }),
  );
}

function targetFault(id: string, sites: GrantDto['sites']): string | null {
  const siteId = parsePublicId(id)?.siteId;
  if (siteId === undefined) return 'This is no id of a recovery plan or protection group.';
  return sites === '*' || sites.includes(siteId)
    ? null
    : `It lies at the site ${siteId}, which the grant does not name.`;
}

/** Sites that are not there: told only to those who hold what they would be given. */
export function siteFaults(grants: readonly GrantDto[], isSite: (siteId: string) => boolean): FieldError[] {
  return grants.flatMap(({ sites, targets }, at) => {
    const named =
      sites === '*' ? [] : sites.map((siteId, i) => ({ siteId, pointer: `/grants/${at}/sites/${i}` }));
    const parts =
      targets === '*'
        ? []
        : targets.map((id, i) => ({ siteId: siteIdOf(id), pointer: `/grants/${at}/targets/${i}` }));
    return [...named, ...parts]
      .filter(({ siteId }) => !isSite(siteId))
      .map(({ siteId, pointer }) => ({ pointer, detail: `There is no site ${siteId}.` }));
  });
}

function siteIdOf(id: string): string {
  return parsePublicId(id)?.siteId ?? '';
}
