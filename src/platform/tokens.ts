/** What is not a class and still has to be injected. */
export const ENVIRONMENT_TOKEN = Symbol('environment');
export const LOG = Symbol('log');
