import { fileURLToPath } from 'node:url';

/** The project's folder, seen from where this file runs: build/test/project. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
