// What the single steps of the doors cost, one after the other on the same event. They are not public, so they are
// taken from the compiled packages by path.
import { KeyRing } from "@sallyport/guard";
import { MemoryClaims } from "@sallyport/guard/stores/memory-claims";
import { exceedsBounds } from "../packages/guard/dist/contract/bounds.js";
import { parseEnvelope, verifyEnvelope } from "../packages/guard/dist/envelope/open.js";
import { sealEnvelope } from "../packages/guard/dist/envelope/seal.js";
import { digestOf } from "../packages/guard/dist/envelope/signing-input.js";
import { canonicalJson } from "../packages/guard/dist/publish/canonical.js";
import { caller, DESTINATION, ed25519Key, hmacKey, orderOf, orderSchema, orders, ringOf, TYPE } from "./event.ts";
import type { Subject } from "./measure.ts";

const order = orderOf(1);
const dataJson = JSON.stringify(order);
const bounds = orders.events.get(TYPE)?.bounds;
if (bounds === undefined) throw new Error("the bench's contract lacks its event");
const openBounds = { maxBytes: 256 * 1024, maxDepth: 32 };

const attributes = {
  id: "0e8f1b1e-6b0e-4b1c-9a54-6a9e1b1f8a11",
  source: "shop",
  type: TYPE,
  time: "2026-01-01T00:00:00.000Z",
  destination: DESTINATION,
  actor: caller.principal.id,
  origin: caller.origin,
  hop: 0,
  rootid: "0e8f1b1e-6b0e-4b1c-9a54-6a9e1b1f8a11",
  generation: 0,
  datacontenttype: "application/json",
  subject: order.orderId,
} as const;

const step = (name: string, does: string, once: () => unknown, messages = 20_000): Subject => ({
  name,
  does,
  messages,
  prepare: (count) => ({
    async run() {
      let last: unknown;
      for (let index = 0; index < count; index++) last = once();
      if (last === undefined) throw new Error(`${name} gave nothing`);
    },
  }),
});

function sealing(ring: KeyRing): () => Uint8Array {
  const key = ring.signingKey("shop", Date.parse(attributes.time));
  return () => sealEnvelope(attributes, dataJson, key);
}

function verifying(ring: KeyRing): () => unknown {
  const parsed = parseEnvelope(sealing(ring)(), openBounds);
  if (!parsed.ok) throw new Error(parsed.code);
  return () => {
    const verified = verifyEnvelope(parsed.value, DESTINATION, ring);
    if (!verified.ok) throw new Error(verified.code);
    return verified;
  };
}

const hmac = ringOf(hmacKey);
const ed25519 = ringOf(ed25519Key);
const sealed = sealing(hmac)();

const claimOnce: Subject = {
  name: "claim and commit",
  does: "two operations on the store in memory",
  prepare: (count) => {
    const claims = new MemoryClaims();
    return {
      async run() {
        for (let index = 0; index < count; index++) {
          const key = `claim-${index}`;
          const [outcome] = await claims.claim([
            { key, digest: "d", stale: false, leaseMs: 30_000, rememberMs: 60_000, maxFailures: 5, maxCrashes: 3 },
          ]);
          if (outcome?.kind !== "granted") throw new Error("a new key was not granted");
          await claims.change([{ kind: "commit", key, token: outcome.token }]);
        }
      },
    };
  },
};

export const steps: readonly Subject[] = [
  step("JSON.parse", "the event's data alone", () => JSON.parse(dataJson)),
  step("schema", "zod, strict", () => orderSchema.parse(order)),
  step("bounds", "depth, nodes, text before the schema", () => exceedsBounds(order, bounds) ?? true),
  step("canonical digest", "recognises a repeated call", () => digestOf(canonicalJson(order))),
  step("seal, HMAC", "attributes, digest, signature, bytes", sealing(hmac)),
  step("seal, Ed25519", "the same", sealing(ed25519), 2000),
  step("parse envelope", "size, depth, duplicate keys, attributes, digest of the exact bytes", () => parseEnvelope(sealed, openBounds)),
  step("verify, HMAC", "signature, time, what the key may send, destination", verifying(hmac)),
  step("verify, Ed25519", "the same", verifying(ed25519), 1000),
  claimOnce,
];
