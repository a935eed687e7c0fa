import { expect, test } from "vitest";
import { storeError } from "../../src/redis/failure.ts";
import { isForbidden, transportError } from "../../src/redis/stream-failure.ts";

test.each([
  ["NOPERM this user has no permissions to run the 'eval' command"],
  [
    "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments script: 6cc3, on @user_script:1.",
  ],
  ["ERR The user executing the script can't run this command or subcommand script: 6cc3, on @user_script:1."],
])("a right that is missing is said to be missing, inside of a script too: %s", (reply) => {
  const cause = new Error(reply);
  expect(storeError(cause)).toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
    message: expect.stringMatching(/this user may not do it\. Give the client a user/) as unknown,
  });
  const refused = transportError(cause);
  expect(refused).toMatchObject({ code: "ERR_TRANSPORT_REFUSED", message: expect.stringMatching(/this user may not do it/) as unknown });
  expect(isForbidden(refused)).toBe(true);
});

test("what a script says of other things stays what it was", () => {
  const cause = new Error("ERR wrong number of arguments script: 6cc3, on @user_script:1.");
  expect(storeError(cause).message).toBe("Redis did not do what was asked. See the cause.");
});
