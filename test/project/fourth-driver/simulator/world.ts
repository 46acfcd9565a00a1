import type { Group, Tidewater, TidewaterState } from './work.js';

/** Three groups, one for every purpose. */
export function firstWorld({ clock }: Tidewater): TidewaterState {
  const founded = new Date(clock.now()).toISOString();
  return {
    groups: [
      newGroup('tg-1', 'fishing-fleet', { founded, phase: 'afloat', ships: 2 }),
      newGroup('tg-2', 'ferries', { founded, phase: 'afloat', ships: 1 }),
      newGroup('tg-3', 'museum', { founded, phase: 'slack', ships: 0 }),
    ],
    jobs: [],
    lastNumber: 3,
  };
}

export function newGroup(
  id: string,
  title: string,
  { founded, phase, ships }: { founded: string; phase: string; ships: number },
): Group {
  return {
    id,
    title,
    note: null,
    phase,
    moored: 'home',
    founded,
    ships: Array.from({ length: ships }, (_, index) => ({
      id: `${id}-s${index + 1}`,
      title: `${title}-${index + 1}`,
      home: `home-berth-${index + 1}`,
      away: `away-berth-${index + 1}`,
    })),
  };
}
