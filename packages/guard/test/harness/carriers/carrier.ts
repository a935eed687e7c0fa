import type { ErrorCode } from "../../../src/errors.ts";
import type { Transport } from "../../../src/ports/transport.ts";

export interface Opened {
  readonly transport: Transport;
  /** The client's end, after the transport's. */
  readonly close: () => Promise<unknown>;
}

export interface Carrier {
  /** Set so that what a dead member had comes again as soon as the broker can be asked for. */
  open(url: string): Promise<Opened>;
  /** What the broker must have been told before the first message, once for each destination. */
  declare?(url: string, destination: string, group: string): Promise<void>;
  /** What a broker that starts says to whoever publishes, before it has what was declared again: not for good. */
  readonly whileItStarts?: ErrorCode;
}
