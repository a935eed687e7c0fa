// For tests of code that uses the guard, and for authors of adapters and stores.
export { type Law, claimStoreLaws } from "./claim-store-laws.ts";
export { TestClock } from "./clock.ts";
export { deadLetterLaws } from "./dead-letter-laws.ts";
export { ledgerLaws, limitStoreLaws } from "./limit-laws.ts";
export { describeTransport, type TestRunner } from "./describe-transport.ts";
export { type TransportLaw } from "./transport-law.ts";
export { transportLaws } from "./transport-laws.ts";
export { type Doomed } from "./transport-process-laws.ts";
export { browserLaws } from "./browser-laws.ts";
export { type OpenedTrail, type RawEntry, trailLaws } from "./trail-laws.ts";
