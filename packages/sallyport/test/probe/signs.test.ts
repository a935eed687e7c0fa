// What an error says that tells of the inside, as clients and runtimes write it, and what does not.
import { expect, test } from "vitest";
import { signIn } from "../../src/probe/attacks/leaks.ts";

test.each([
  ["Error: connect ECONNREFUSED 127.0.0.1:6379", "an address that it could not reach: ECONNREFUSED"],
  ["dial tcp 127.0.0.1:4222: connect: connection refused", "an address that it could not reach: connection refused"],
  ["Error 111 connecting to localhost:6379. Connection refused.", "an address that it could not reach: Connection refused"],
  ["failed to dial amqp://guest:guest@rabbit:5672/", "a connection string: amqp://guest:guest@rabbit:5672/"],
  ["NATS command failed: fork/exec /usr/local/bin/nats: invalid argument", "a path of the server's files: fork/exec /usr/local/bin/nats"],
  ['strconv.ParseInt: parsing "x": invalid syntax', "the interpreter's own words: strconv.ParseInt: parsing"],
  ["Traceback (most recent call last):\n", "a stack trace: Traceback (most recent call last)"],
])("[PUB-13] %o tells %s", (text, told) => {
  expect(signIn(text, "{}")).toBe(told);
});

test.each([
  "The message broker did not confirm the event.",
  "nats: no servers available for connection",
  "text: must be a string, at /text",
])("%o tells nothing", (text) => {
  expect(signIn(text, "{}")).toBeUndefined();
});

test("what the caller gave, an error may repeat", () => {
  const text = "no such file: file:///etc/motd";
  expect(signIn(text, '{"url":"file:///etc/motd"}')).toBeUndefined();
  expect(signIn(text, "{}")).toBe("a path of the server's files: file:///");
});
