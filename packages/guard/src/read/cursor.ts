// Where a reader is in a destination, as text that the caller keeps. Not secret and not trusted: it names a place
// within a destination that the contract and the principal have already decided, and is refused for any other.
import { digestOf } from "../envelope/signing-input.ts";
import { SallyportError } from "../errors.ts";

const CURSOR = /^1\.([0-9a-f]{8})\.([\x21-\x7e]{1,128})$/;

export const cursorFor = (destination: string, position: string): string => `1.${markOf(destination)}.${position}`;

/** @throws {SallyportError} `ERR_REQUEST_INVALID` for a cursor that was not given out for this destination. */
export function positionIn(destination: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const [, mark, position] = CURSOR.exec(cursor) ?? [];
  if (mark === markOf(destination) && position !== undefined) return position;
  throw new SallyportError("ERR_REQUEST_INVALID", "the cursor was not given out for this destination", {
    publicMessage: "The cursor is not one that this tool returned. Leave it out to begin with the oldest event.",
  });
}

const markOf = (destination: string): string => digestOf(destination).slice(0, 8);
