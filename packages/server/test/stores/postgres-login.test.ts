// A PostgreSQL that says no to whoever connects.
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Address } from "../../src/brokers/address.ts";
import { openSettings } from "../../src/backing.ts";
import { postgres } from "../../src/stores/postgres.ts";

/** https://www.postgresql.org/docs/current/protocol-message-formats.html, ErrorResponse. */
function refusal(state: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C${state}\0Mno, hunter2\0\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(fields.length + 4);
  return Buffer.concat([Buffer.from("E"), length, fields]);
}

test.each([
  ["28P01", "refuses the login: it knows no such user with this password"],
  ["28000", "refuses the login: it knows no such user with this password"],
  ["3D000", "has no database of this name"],
  ["53300", "has no connection left"],
  ["57P03", "is starting or stopping"],
  ["XX000", "cannot be reached (XX000)"],
])("[OPS-05] %s is said in words, without what the server said", async (state, said) => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(refusal(state)));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const address = Address.parse(`postgres://a:hunter2@127.0.0.1:${(server.address() as AddressInfo).port}/shop`);
  const error: unknown = await postgres
    .open(
      address,
      openSettings({}, () => undefined),
    )
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
    place: String(address),
    message: expect.stringContaining(`PostgreSQL ${said}`) as unknown,
    remedy: expect.stringMatching(/^\w/) as unknown,
  });
  expect(String(error)).not.toContain("hunter2");
});
