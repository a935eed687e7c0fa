import { describe, expect, test } from "vitest";
import { markdownReport } from "../../src/report/markdown.ts";
import { audit, clean, options } from "./made-up.ts";

describe("the Markdown report", () => {
  test("of findings", () => {
    expect(markdownReport(audit(), options())).toMatchInlineSnapshot(`
      "## Sallyport audit: F (50 of 100)

      \`notes-server\`: 3 findings. The worst axis rules: topic confusion. 1 is accepted and does not count.

      | axis | grade | score | findings |
      | --- | --- | ---: | ---: |
      | Message injection | **B** | 85 | 1 |
      | Topic confusion | **F** | 50 | 1 |
      | Replay | **A** | 100 |  |
      | Poison messages | **A** | 95 | 1 |
      | Operations | **A** | 100 |  |

      ### CRITICAL: The agent names the topic

      \`src/bus.ts:7:8\` · \`client-chosen-topic\` · DST-01 · confidence high

      The tool publish\\_event lets an agent name the Kafka topic that it publishes to.

      \`\`\`
        5 | export async function publish(topic: string, data: unknown) {
        6 |   const value = JSON.stringify(data);
      > 7 |   await producer.send({ topic, messages: [{ value }] });
        8 | }
      \`\`\`

      <details><summary>How it gets there, in 3 steps</summary>

      1. \`src/server.ts:6\` an agent calls the tool publish\\_event
      2. \`src/server.ts:7\` its argument topic is handed to publish
      3. \`src/bus.ts:7\` and is the topic that is sent to

      </details>

      > z.string() takes any text, so the schema limits nothing.

      **Fix:** Map each event to its topic on the server, and take no topic from a caller.

      <sub>CWE-99 · CWE-441 · CWE-941 · MCP02:2025 · MCP07:2025 · ASI02:2026 · ASI03:2026 · LLM03:2026 · AISVS 9.6.1, 9.7.1, 10.2.5 · \`d8ca2dfcc516e281\`</sub>

      ### HIGH: The agent publishes anything

      \`src/bus.ts:7:8\` · \`ungoverned-payload\` · PUB-02 · confidence medium

      The tool publish\\_event publishes whatever an agent gives it.

      \`\`\`
        5 | export async function publish(topic: string, data: unknown) {
        6 |   const value = JSON.stringify(data);
      > 7 |   await producer.send({ topic, messages: [{ value }] });
        8 | }
      \`\`\`

      **Fix:** Give the event a strict schema and refuse unknown keys.

      <sub>CWE-1426 · CWE-915 · MCP05:2025 · ASI02:2026 · LLM10:2026 · LLM03:2026 · AISVS 9.5.2, 9.7.1, 10.4.3, 10.4.4 · \`0841d62b20fa9c0c\`</sub>

      ### HIGH: Retried without end

      \`src/worker.ts:7:7\` · \`requeue-without-limit\` · PSN-01 PSN-02 · confidence high, not determined

      A message that always fails is put back on the queue notes without end.

      \`\`\`
        5 |     channel.ack(message);
        6 |   } catch {
      > 7 |     channel.nack(message, false, true);
        8 |   }
        9 | });
      \`\`\`

      > No dead letter was found in the handler, in what it calls, or in the queue's arguments.

      **Fix:** Count attempts in a store of your own, and dead-letter the message after a bounded number.

      <sub>CWE-835 · ASI08:2026 · LLM06:2026 · AISVS 9.1.3, 9.1.4 · \`59aa38e57bb8d6f6\`</sub>

      <details><summary>Accepted, not counted: 1 finding</summary>

      - \`scripts/seed.ts:1 client-chosen-topic\` accepted by the configuration, until 2027-01-31: run by hand against a local broker

      </details>

      <details><summary>To be noted: 1</summary>

      - \`src/worker.ts:3\` sallyport-ignore gives no reason, so it accepts nothing; write sallyport-ignore RULE: reason

      </details>

      <details><summary>Not read: 1 file</summary>

      - \`src/vendor.min.js\` larger than 4 MB

      </details>

      <sub>Read: 5 files and 1,204 lines (typescript 5). Recognised: 1 tool, 1 consumer, 5 broker calls (kafka 2, rabbitmq 3). Not followed: 1 call with input in it. Not read: 1 file. Graded by specification 1 of sallyport 0.1.0.</sub>
      "
    `);
  });

  test("of nothing that counts", () => {
    expect(markdownReport(clean(), options())).toMatchInlineSnapshot(`
      "## Sallyport audit: A (100 of 100)

      \`notes-server\`: Nothing was found that counts.

      | axis | grade | score | findings |
      | --- | --- | ---: | ---: |
      | Message injection | **A** | 100 |  |
      | Topic confusion | **A** | 100 |  |
      | Replay | **A** | 100 |  |
      | Poison messages | **A** | 100 |  |
      | Operations | **A** | 100 |  |

      <sub>Read: 5 files and 1,204 lines (typescript 5). Recognised: 1 tool, 1 consumer, 5 broker calls (kafka 2, rabbitmq 3). Not followed: 1 call with input in it. Graded by specification 1 of sallyport 0.1.0.</sub>
      "
    `);
  });

  test("fits in a comment, and counts what does not", () => {
    const one = audit().findings.find(({ accepted }) => accepted === undefined);
    const many = Array.from({ length: 500 }, (_, index) => ({ ...one!, line: index + 1 }));
    const said = markdownReport(audit({ findings: many }), options());
    expect(said.length).toBeLessThan(65_536);
    expect(said).toMatch(/And \d+ more findings; the other reports have them\./);
    expect(said).toContain("</sub>");
  });
});
