import { noRemoteSession, logIn, logInRemotely, logOut, remoteUser } from './sessions.js';
import { nothing, PAIRING, type Surface } from './surface.js';

/** Both log-ins (srm reference 1.4 and 1.5). */
export function sessionRoutes(on: Surface): void {
  on.open('/session', ({ sim, here, authorization }) => ({
    status: 200,
    body: { session_id: logIn(sim, here, authorization).id },
  }));

  on.get('/session', '--', ({ session }) => ({ status: 200, body: { username: session.username } }));

  on.delete('/session', '--', ({ sim, session }) => {
    logOut(sim, session);
    return nothing();
  });

  on.post(`${PAIRING}/remote-session`, 'OE', ({ sim, session, authorization }) => {
    logInRemotely(sim, session, authorization);
    return nothing();
  });

  on.get(`${PAIRING}/remote-session`, 'EE', ({ sim, session }) => {
    const username = remoteUser(sim, session);
    if (username === null) throw noRemoteSession(sim);
    return { status: 200, body: { username } };
  });
}
