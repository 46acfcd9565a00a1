import type { KeyGivenOut, KeyView } from '../../access/keys/api-keys.service.js';
import type { Grant } from '../../domain/access/principal.js';
import type { ApiKeyDto, ApiKeyWithSecretDto, GrantDto } from '../dto/api-keys.dto.js';

/** Without the hashes of its secrets. */
export function presentApiKey({ key, state, secrets, lastUsedTime }: KeyView): ApiKeyDto {
  const { id, name, description, grants, expiresTime, revoked } = key;
  const { createdBy, createdTime, updatedBy, updatedTime } = key;
  return {
    ...{ id, name, description, state },
    grants: grants.map(presentGrant),
    expiresTime,
    secrets: secrets.map((secret) => ({ createdTime: secret.createdTime, untilTime: secret.untilTime })),
    ...{ createdBy, createdTime, updatedBy, updatedTime },
    revokedBy: revoked?.by ?? null,
    revokedTime: revoked?.time ?? null,
    lastUsedTime,
  };
}

/** The one time that the key is shown. */
export function presentGivenOut(given: KeyGivenOut): ApiKeyWithSecretDto {
  return { ...presentApiKey(given), key: given.text };
}

function presentGrant({ role, sites, targets }: Grant): GrantDto {
  return { role, sites: sites === '*' ? '*' : [...sites], targets: targets === '*' ? '*' : [...targets] };
}
