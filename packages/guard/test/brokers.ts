// Tests against the brokers that `npm run brokers -- up` has started. One that does not run is said by name; where
// BROKERS is `required`, as in CI, it is a failure.
import { describe, test } from "vitest";
import { running } from "../../../scripts/brokers/running.ts";

/** `suite` is given the broker's address. */
export function describeBroker(name: string, title: string, suite: (url: string) => void): void {
  const broker = running().find((one) => one.name === name);
  if (broker !== undefined) describe(title, () => suite(broker.url));
  else
    describe(title, () => {
      const how = `${name} does not run: npm run brokers -- up ${name}`;
      if (process.env["BROKERS"] === "required") test(how, () => Promise.reject(new Error(how)));
      else test.skip(how, () => undefined);
    });
}
