import { describe, expect, test } from "vitest";
import { columnsOf, wrapped } from "../../src/report/terminal.ts";
import { textReport } from "../../src/report/text.ts";
import { hostileAudit } from "./hostile.ts";
import { audit, clean, nothing, options } from "./made-up.ts";

const ESCAPE = "\u001b";
const withoutInk = (text: string): string => text.replaceAll(new RegExp(`${ESCAPE}\\[[0-9;]*m`, "g"), "");

describe("the terminal report", () => {
  test("of findings", () => {
    expect(textReport(audit(), options({ width: 90 }))).toMatchInlineSnapshot(`
      "
        ┏━━━━━┓  Sallyport audit of notes-server
        ┃  F  ┃  50 of 100. 3 findings. The worst axis rules: topic confusion. 1 is accepted
        ┗━━━━━┛  and does not count.

        Message injection  █████████████████░░░   85  B  1 finding
        Topic confusion    ██████████░░░░░░░░░░   50  F  1 finding
        Replay             ████████████████████  100  A
        Poison messages    ███████████████████░   95  A  1 finding
        Operations         ████████████████████  100  A

        CRITICAL · 1 finding ─────────────────────────────────────────────────────────────────

        1  The agent names the topic
           client-chosen-topic · DST-01 · confidence high
           src/bus.ts:7:8

           The tool publish_event lets an agent name the Kafka topic that it publishes to.

             5 │ export async function publish(topic: string, data: unknown) {
             6 │   const value = JSON.stringify(data);
           ▸ 7 │   await producer.send({ topic, messages: [{ value }] });
               │         ^
             8 │ }

           How it gets there
           ├─ src/server.ts:6: an agent calls the tool publish_event
           │    …: z.any() } }, async (args) => {
           ├─ src/server.ts:7: its argument topic is handed to publish
           │    await publish(args.topic, args.data);
           ╰─ src/bus.ts:7: and is the topic that is sent to
                await producer.send({ topic, messages: [{ value }] });

           Note  z.string() takes any text, so the schema limits nothing.
           Fix   Map each event to its topic on the server, and take no topic from a caller.
           See   CWE-99 · CWE-441 · CWE-941 · MCP02:2025 · MCP07:2025 · ASI02:2026 ·
                 ASI03:2026 · LLM03:2026 · AISVS 9.6.1, 9.7.1, 10.2.5
           Id    d8ca2dfcc516e281

        HIGH · 2 findings ────────────────────────────────────────────────────────────────────

        2  The agent publishes anything
           ungoverned-payload · PUB-02 · confidence medium
           src/bus.ts:7:8

           The tool publish_event publishes whatever an agent gives it.

             5 │ export async function publish(topic: string, data: unknown) {
             6 │   const value = JSON.stringify(data);
           ▸ 7 │   await producer.send({ topic, messages: [{ value }] });
               │         ^
             8 │ }

           Fix   Give the event a strict schema and refuse unknown keys.
           See   CWE-1426 · CWE-915 · MCP05:2025 · ASI02:2026 · LLM10:2026 · LLM03:2026 ·
                 AISVS 9.5.2, 9.7.1, 10.4.3, 10.4.4
           Id    0841d62b20fa9c0c

        3  Retried without end
           requeue-without-limit · PSN-01 PSN-02 · confidence high, not determined
           src/worker.ts:7:7

           A message that always fails is put back on the queue notes without end.

             5 │     channel.ack(message);
             6 │   } catch {
           ▸ 7 │     channel.nack(message, false, true);
               │     ^
             8 │   }
             9 │ });

           Note  No dead letter was found in the handler, in what it calls, or in the queue's
                 arguments.
           Fix   Count attempts in a store of your own, and dead-letter the message after a
                 bounded number.
           See   CWE-835 · ASI08:2026 · LLM06:2026 · AISVS 9.1.3, 9.1.4
           Id    59aa38e57bb8d6f6

        Accepted, not counted: 1 finding
          client-chosen-topic  scripts/seed.ts:1
            critical, accepted by the configuration, until 2027-01-31: run by hand against a
            local broker (e7c3b595f10bc110)

        To be noted
          src/worker.ts:3: sallyport-ignore gives no reason, so it accepts nothing; write
            sallyport-ignore RULE: reason

        Coverage
          Read: 5 files and 1,204 lines (typescript 5).
          Recognised: 1 tool, 1 consumer, 5 broker calls (kafka 2, rabbitmq 3).
          Not followed: 1 call with input in it.
          Not read: 1 file.
          Graded by specification 1.

        Not read
          src/vendor.min.js: larger than 4 MB

        sallyport explain RULE says more about a rule.
      "
    `);
  });

  test("of findings that count and are not shown, as with --since", () => {
    const open = audit().findings.filter(({ accepted }) => accepted === undefined);
    const showing = (count: number): string => textReport({ ...audit(), findings: open.slice(0, count) }, options({ width: 90 }));
    expect(showing(0)).toContain(`${open.length} findings. None of them are shown. The worst`);
    expect(showing(1)).toContain(`${open.length} findings. 1 of them is shown. The worst`);
    expect(showing(open.length)).toContain(`${open.length} findings. The worst`);
  });

  test("of nothing that counts", () => {
    expect(textReport(clean(), options({ width: 90 }))).toMatchInlineSnapshot(`
      "
        ┏━━━━━┓  Sallyport audit of notes-server
        ┃  A  ┃  100 of 100. Nothing was found that counts.
        ┗━━━━━┛

        Message injection  ████████████████████  100  A
        Topic confusion    ████████████████████  100  A
        Replay             ████████████████████  100  A
        Poison messages    ████████████████████  100  A
        Operations         ████████████████████  100  A

        Coverage
          Read: 5 files and 1,204 lines (typescript 5).
          Recognised: 1 tool, 1 consumer, 5 broker calls (kafka 2, rabbitmq 3).
          Not followed: 1 call with input in it.
          Graded by specification 1.
      "
    `);
  });

  test("of a project without brokers", () => {
    const said = textReport(nothing(), options());
    expect(said).toContain("n/a");
    expect(said).toContain("No code that talks to a message broker was found, so there is nothing to grade.");
    expect(said).not.toContain("0 of 100");
  });

  test("has colour when told, and the same text without", () => {
    expect(textReport(audit(), options())).not.toContain(ESCAPE);
    const coloured = textReport(audit(), options({ colour: true }));
    expect(coloured).toContain(`${ESCAPE}[1;37;41m`);
    expect(withoutInk(coloured).replaceAll(/ +$/gm, "")).toBe(textReport(audit(), options()));
  });

  test.each([50, 60, 80, 120])("keeps to %i columns", (width) => {
    const long = textReport(audit(), options({ width }))
      .split("\n")
      .filter((line) => columnsOf(line) > width);
    // Words are not broken: a path can be copied.
    expect(long.filter((line) => line.trim().includes(" "))).toEqual([]);
  });

  test("without sources shows the excerpts that findings carry", () => {
    const [first, ...others] = audit().findings;
    const made = audit({ findings: [{ ...first!, accepted: undefined, line: 40, column: 3, excerpt: "  send(topic)" }, ...others] });
    expect(textReport(made, options({ sourceOf: () => undefined }))).toContain("▸ 40 │ send(topic)\n          │ ^");
  });

  test("names the first of many files that were not read, and counts the rest", () => {
    const notRead = Array.from({ length: 25 }, (_, index) => ({ file: `f${index}.js`, why: "is not text" }));
    const said = textReport(audit({ notRead }), options());
    expect(said).toContain("f19.js: is not text");
    expect(said).toContain("and 5 more; the JSON report names all");
  });

  test("of hostile text keeps its margin: no line begins with what a stranger wrote", () => {
    const lines = textReport(hostileAudit("a\nb\r\nc\u2028d\u0085e"), options()).split("\n");
    expect(lines.filter((line) => line !== "" && !line.startsWith("  "))).toEqual([]);
  });
});

describe("measure", () => {
  test("counts wide characters twice and marks not at all", () => {
    expect([columnsOf("abc"), columnsOf("日本"), columnsOf("e\u0301")]).toEqual([3, 4, 1]);
  });

  test("wraps between words", () => {
    expect(wrapped("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrapped("a very-long-word", 4)).toEqual(["a", "very-long-word"]);
  });
});
