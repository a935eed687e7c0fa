// What a case of refusal is, before it is written down.

export interface Case {
  readonly name: string;
  readonly clause: string;
  readonly why: string;
  readonly code: string;
  readonly foundOn?: string;
  readonly received: string | Uint8Array;
}

export const refusals = (
  code: string,
  clause: string,
  cases: readonly (readonly [name: string, why: string, received: string | Uint8Array])[],
): Case[] => cases.map(([name, why, received]) => ({ name, clause, why, code, received }));
