/** How fields are called, here and in the sites file, whose values nobody may read in a log or in a file that lies open. */
export const SECRET_NAMES = [
  'authorization',
  'password',
  'remotePassword',
  'secretKey',
  'securityToken',
  'secret',
  'secrets',
  'token',
  'sessionId',
  'apiKey',
  'adminApiKey',
] as const;
