// The laws as tests of whatever runner there is: each is kept, or is named as not a capability. There is no third kind.
import type { Transport } from "../ports/transport.ts";
import { transportLaws } from "./transport-laws.ts";
import type { Doomed } from "./transport-process-laws.ts";

/** As of Vitest, Jest and `node:test`. */
export interface TestRunner {
  readonly describe: (title: string, suite: () => void) => unknown;
  readonly test: ((title: string, run: () => Promise<void>) => unknown) & { readonly skip: (title: string, run: () => void) => unknown };
}

/**
 * `named` is a transport that is asked what it promises and nothing else, before any broker is.
 * `open` and `doom` are as for `transportLaws`.
 */
export function describeTransport(
  { describe, test }: TestRunner,
  named: Pick<Transport, "name" | "capabilities">,
  open: () => Promise<Transport>,
  doom?: () => Promise<Doomed>,
): void {
  describe(`the transport ${named.name}`, () => {
    for (const { name, needs, run } of transportLaws(open, doom))
      if (needs === undefined || named.capabilities[needs] === true) test(name, run);
      else test.skip(`${name} (not a capability: ${needs})`, () => undefined);
  });
}
