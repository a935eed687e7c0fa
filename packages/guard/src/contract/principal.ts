// Who calls. Comes from authentication or configuration, never from arguments.

export interface Principal {
  readonly id: string;
  readonly tenant?: string;
  readonly scopes?: readonly string[];
}

/** Of the scopes that are all needed, those that the principal does not hold. */
export function missingScopes(needed: readonly string[], principal: Principal): readonly string[] {
  const held = new Set(principal.scopes);
  return needed.filter((scope) => !held.has(scope));
}
