// The language-neutral cases of vectors/, held against this implementation, and against the script that makes them.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { differing } from "../../../../scripts/vectors.ts";
import type { Attributes } from "../../src/envelope/attributes.ts";
import { freshnessOf, type FreshnessPolicy } from "../../src/envelope/freshness.ts";
import { parseKeys } from "../../src/envelope/key-sources.ts";
import { type OpenBounds, parseEnvelope, verifyEnvelope } from "../../src/envelope/open.ts";
import { signingInput } from "../../src/envelope/signing-input.ts";

interface Vector {
  readonly name: string;
  readonly clause: string;
  readonly foundOn: string;
  readonly text?: string;
  readonly bytes?: string;
}

interface Accepted extends Vector {
  readonly expected: {
    readonly attributes: Attributes;
    readonly trace: object | null;
    readonly data: string;
    readonly dataDigest: string;
    readonly signingInput: string;
    readonly signedAtMs: number;
    readonly expiresAtMs: number | null;
  };
}

interface Timed {
  readonly name: string;
  readonly clause: string;
  readonly policy: Omit<FreshnessPolicy, "retentionMs"> & { readonly retentionMs: number | null };
  readonly times: { readonly signedAtMs: number; readonly expiresAtMs: number | null; readonly takenAtMs: number; readonly nowMs: number };
  readonly verdict: string;
}

const FOLDER = join(import.meta.dirname, "..", "..", "..", "..", "vectors");
const read = (name: string): string => readFileSync(join(FOLDER, name), "utf8");
interface Cases<T> {
  readonly bounds: OpenBounds;
  readonly vectors: readonly T[];
}

const accept = JSON.parse(read("accept.json")) as Cases<Accepted>;
const reject = JSON.parse(read("reject.json")) as Cases<Vector & { readonly code: string }>;
const freshness = JSON.parse(read("freshness.json")) as Cases<Timed>;
const keys = parseKeys(read("keys.json"), "vectors/keys.json");

const bytesOf = ({ text, bytes }: Vector): Uint8Array => (text === undefined ? Buffer.from(bytes ?? "", "base64") : Buffer.from(text));

describe("must accept", () => {
  test.each(accept.vectors.map((vector) => [vector.clause, vector.name, vector] as const))("%s: %s", (_clause, _name, vector) => {
    const { expected } = vector;
    const parsed = parseEnvelope(bytesOf(vector), accept.bounds);
    if (!parsed.ok) throw new Error(parsed.code);
    const key = keys.get(parsed.value.attributes.keyid);
    expect(key && signingInput(key.algorithm, parsed.value.attributes, parsed.value.dataDigest)).toBe(expected.signingInput);
    expect(verifyEnvelope(parsed.value, vector.foundOn, keys)).toEqual({
      ok: true,
      value: {
        attributes: expected.attributes,
        trace: expected.trace ?? undefined,
        data: JSON.parse(expected.data) as unknown,
        dataDigest: expected.dataDigest,
        signedAtMs: expected.signedAtMs,
        expiresAtMs: expected.expiresAtMs ?? undefined,
      },
    });
  });
});

describe("[REP-05] [PSN-04] must reject", () => {
  test.each(reject.vectors.map((vector) => [vector.clause, vector.name, vector] as const))("%s: %s", (_clause, _name, vector) => {
    const parsed = parseEnvelope(bytesOf(vector), reject.bounds);
    const opened = parsed.ok ? verifyEnvelope(parsed.value, vector.foundOn, keys) : parsed;
    expect(opened).toEqual({ ok: false, code: vector.code });
  });
});

describe("freshness", () => {
  test.each(freshness.vectors.map((vector) => [vector.clause, vector.name, vector] as const))("%s: %s", (_clause, _name, vector) => {
    const { policy, times, verdict } = vector;
    const bounded = { ...policy, retentionMs: policy.retentionMs ?? undefined };
    expect(freshnessOf({ ...times, expiresAtMs: times.expiresAtMs ?? undefined }, bounded)).toBe(verdict);
  });
});

describe("the files", () => {
  const all: readonly { readonly name: string; readonly clause: string }[] = [...accept.vectors, ...reject.vectors, ...freshness.vectors];

  test("are what the script makes", () => {
    expect(differing(FOLDER)).toEqual([]);
  });

  test("are noticed when one is changed or missing", () => {
    const copy = mkdtempSync(join(tmpdir(), "vectors-"));
    try {
      cpSync(FOLDER, copy, { recursive: true });
      writeFileSync(join(copy, "reject.json"), read("reject.json").replace("ERR_ENVELOPE_SIGNATURE", "ERR_ENVELOPE_STALE"));
      rmSync(join(copy, "keys.json"));
      expect(differing(copy)).toEqual(["keys.json", "reject.json"]);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  test("name no case twice", () => {
    const names = all.map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  test("refuse with every code that parsing and verifying have", () => {
    const said = readFileSync(join(import.meta.dirname, "../../src/envelope/open.ts"), "utf8").matchAll(/refused\("(ERR_\w+)"\)/g);
    const due = new Set([...said].map(([, code = ""]) => code));
    expect(due.size).toBeGreaterThan(7);
    expect(new Set(reject.vectors.map(({ code }) => code))).toEqual(due);
  });
});
