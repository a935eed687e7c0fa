import { expect, test } from "vitest";
import { transportError } from "../../src/rabbitmq/failure.ts";

test.each(['Connection closed: 320 (CONNECTION-FORCED) with message "CONNECTION_FORCED - rotate"', "the channel was closed"])(
  "that a connection ended is said in words: %s",
  (text) => {
    expect(transportError(new Error(text))).toMatchObject({
      code: "ERR_TRANSPORT_UNAVAILABLE",
      message: expect.stringMatching(/: the connection, or the channel on it, has ended\. It is made anew by itself/) as unknown,
    });
  },
);
