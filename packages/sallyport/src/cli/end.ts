// A client that could not connect may leave a socket open that nobody can close, as that of NATS does to a host which takes
// the connection and says nothing. What has been said is then not followed by an end, and no supervisor starts it anew.
const GRACE_MS = 1000;

/** For who is done. Does nothing where the process ends by itself. */
export function endSoon(): void {
  setTimeout(() => process.exit(), GRACE_MS).unref();
}
