// What an error says that tells of the inside, as clients and runtimes write it, and what does not.
import { expect, test } from "vitest";
import { placeIn, signIn } from "../../src/probe/attacks/leaks.ts";

test.each([
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
  "Connection refused",
  "CONNECTION_REFUSED",
  "ECONNREFUSED",
  "write EPIPE",
  "Command timed out",
  "Failed to connect to the broker: try again later",
  "lookup failed at 12:30",
])("%o tells nothing", (text) => {
  expect(signIn(text, "{}")).toBeUndefined();
});

test("what the caller gave, an error may repeat", () => {
  const text = "no such file: file:///etc/motd";
  expect(signIn(text, '{"url":"file:///etc/motd"}')).toBeUndefined();
  expect(signIn(text, "{}")).toBe("a path of the server's files: file:///");
});

test.each([
  ["Node", "connect ECONNREFUSED 10.1.2.3:5672", "10.1.2.3:5672"],
  ["Node, over IPv6", "connect ECONNREFUSED ::1:5672", "::1:5672"],
  ["Node, by name", "getaddrinfo ENOTFOUND rabbit.internal", "rabbit.internal"],
  ["Go", "dial tcp 10.1.2.3:9092: connect: connection refused", "10.1.2.3:9092"],
  ["Go, by name", "unable to dial: dial tcp: lookup kafka-0.kafka on 10.0.0.2:53: no such host", "kafka-0.kafka"],
  ["Java", "java.net.ConnectException: Connection refused: queues/10.1.2.3:5672", "queues/10.1.2.3:5672"],
  ["Lettuce", "Unable to connect to cache/<unresolved>:6379", "cache/<unresolved>:6379"],
  ["redis-py", "Error 111 connecting to cache:6379. Connection refused.", "cache:6379"],
  ["asyncio", "[Errno 111] Connect call failed ('10.1.2.3', 5672)", "'10.1.2.3', 5672"],
  ["aiokafka", "Unable to bootstrap from [('kafka', 9092, <AddressFamily.AF_INET: 2>)]", "'kafka', 9092"],
  ["aiohttp", "Cannot connect to host rabbit:15672 ssl:default [None]", "rabbit:15672"],
  ["requests", "HTTPConnectionPool(host='rabbit', port=15672): Max retries exceeded", "host='rabbit', port=15672"],
  ["botocore", 'Could not connect to the endpoint URL: "https://sqs.eu.internal/"', "https://sqs.eu.internal/"],
  ["librdkafka", "localhost:9092/bootstrap: Connect to ipv4#127.0.0.1:9092 failed", "localhost:9092"],
])("[PUB-13] %s tells where it could not come to", (_client, text, place) => {
  expect(signIn(text, "{}")).toBe(`an address that it could not reach: ${place}`);
});

test("[PUB-13] the broker's port is known without its host", () => {
  expect(placeIn("nothing listens on port 46267", { port: "46267" }, "{}")).toBe("the broker's address: port 46267");
});

test("[PUB-13] what comes behind what the caller gave is told", () => {
  const asked = "http://127.0.0.1:46267/000000000000/mail";
  const text = String.raw`{"error":"Could not connect to the endpoint URL: \"http://127.0.0.1:46267/\""}`;
  expect(signIn(text, asked)).toBeUndefined();
  expect(signIn(`${text} from 10.1.2.3:9324`, asked)).toBe("an address that it could not reach: 10.1.2.3:9324");
});

test("what an honest answer says beside another broker is no error's", () => {
  const [failed, honest] = ['{"status":"error","at":"redis://127.0.0.1:46267"}', '{"status":"ok","at":"redis://127.0.0.1:41111"}'];
  expect(placeIn(failed, { port: "46267" }, "{}", honest)).toBeUndefined();
  expect(placeIn(failed, { port: "46267" }, "{}", '{"status":"ok","count":1000}')).toMatch(/127\.0\.0\.1:46267/);
});
