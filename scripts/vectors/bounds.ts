// What the receiver of the vectors takes: small, so that the vectors are.

export const BOUNDS = { maxBytes: 4096, maxDepth: 16 };
