// Looking at what a destination holds, without taking it from anyone. Not every broker can.

export interface BrowsedMessage {
  /** Exactly as received. Untrusted. */
  readonly bytes: Uint8Array;
  /** Where to go on from after this message. Opaque, and the broker's own. */
  readonly position: string;
}

export interface BrowsedPage {
  /** Oldest first. */
  readonly messages: readonly BrowsedMessage[];
  /** There is more after the last message. */
  readonly hasMore: boolean;
  /** Messages after the given position had been removed before they were looked at. */
  readonly gap: boolean;
}

export interface BrowseOptions {
  readonly destination: string;
  /** Only what comes after it; absent: from the oldest that is kept. */
  readonly after: string | undefined;
  readonly most: number;
}

/** Law: browsing changes nothing that any consumer group sees. A position that is not the broker's own rejects with `ERR_REQUEST_INVALID`. */
export interface Browser {
  browse(options: BrowseOptions): Promise<BrowsedPage>;
}
