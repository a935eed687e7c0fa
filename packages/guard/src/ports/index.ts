// @sallyport/guard/ports: what is asked of brokers, stores and clocks, for those who write one. The laws are in the
// comments, and as tests in @sallyport/guard/testing.
export type * from "./browser.ts";
export type * from "./claim-store.ts";
export type * from "./clock.ts";
export type * from "./dead-letters.ts";
export type * from "./ids.ts";
export type * from "./limits.ts";
export type * from "./observer.ts";
export type * from "./trail.ts";
export type * from "./transport.ts";
