// Identifiers that nobody can guess. A port, so that tests can foresee them.

export type NewId = () => string;

export const randomId: NewId = () => globalThis.crypto.randomUUID();
