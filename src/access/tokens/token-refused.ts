/** Why a token is not believed: for the log, never for whoever sent it. Holds nothing of the token. */
export class TokenRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'TokenRefused';
  }
}
