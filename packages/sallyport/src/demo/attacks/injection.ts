// Attack 1, message injection, and attack 2, topic confusion: what a misled model can do with the tools it has.
import { type Attack, callEverything, counted, fell, held } from "./attack.ts";

export const INJECTION: readonly Attack[] = [
  {
    threats: ["PUB-01"],
    title: "the model makes up an action: delete_all_records",
    run: async (stage) => {
      const payload = { noteId: "x", text: "made up", confirm: true };
      await callEverything(stage, [{ action: "delete_all_records", payload, ...payload }]);
      await stage.settled();
      const ran = stage.effects().filter(({ action }) => action === "delete_all_records").length;
      return ran > 0 ? fell(`a service ran delete_all_records`) : held("no service saw it");
    },
  },
  {
    threats: ["PUB-03"],
    title: 'an action that is no text passes the allowlist: ["create_note"], "constructor"',
    run: async (stage) => {
      const payload = { noteId: "x", text: "coerced" };
      const variants = [["create_note"], ["note.created"], "constructor", "__proto__"].map((action) => ({ action, payload, ...payload }));
      const accepted = await callEverything(stage, variants);
      return accepted.length > 0
        ? fell(`${accepted.length} of ${variants.length * (await stage.tools()).length} calls accepted`)
        : held("all refused");
    },
  },
  {
    threats: ["PUB-02", "PUB-04"],
    title: "fields that nobody asked for: role, approvedBy, tenant",
    run: async (stage) => {
      const extra = { role: "admin", approvedBy: "cfo", tenant: "rival" };
      const { name, arguments: args } = stage.target.note("extra", "extra fields");
      const nested = args["payload"] === undefined ? args : { ...args, payload: { ...(args["payload"] as object), ...extra } };
      const other = { action: "create_note", payload: { noteId: "e", text: "extra fields", ...extra } };
      await stage.call({ name, arguments: { ...nested, ...extra } });
      for (const tool of await stage.tools()) await stage.call({ name: tool, arguments: other });
      const carried = (await stage.onBroker()).filter(({ text }) => text.includes("approvedBy")).length;
      return carried > 0 ? fell(`on the broker: approvedBy: cfo, ${counted(carried, "time")}`) : held("none reached the broker");
    },
  },
  {
    threats: ["PUB-07"],
    title: "a note of a megabyte",
    run: async (stage) => {
      const { refused } = await stage.call(stage.target.note("big", "x".repeat(1_000_000)));
      return refused ? held("refused, with the limit named") : fell("published");
    },
  },
  {
    threats: ["PUB-09"],
    title: "something that cannot be undone, with no person asked",
    run: async (stage) => {
      const { refused, text } = await stage.call(stage.target.remove("no consent"));
      const published = (await stage.onBroker()).some((message) => message.text.includes("no consent"));
      return published ? fell("published") : held(refused ? `refused: ${firstWords(text)}` : "not published");
    },
  },
  {
    threats: ["PUB-10"],
    title: "the client repeats a call whose answer was lost",
    run: async (stage) => {
      const call = stage.target.note("twice", "said twice");
      await stage.call(call);
      await stage.call(call);
      const count = (await stage.onBroker()).filter(({ text }) => text.includes("said twice")).length;
      return count === 1 ? held("published once, same receipt") : fell(`published ${count} times`);
    },
  },
  {
    threats: ["PUB-08"],
    title: "an agent in a loop: 200 calls",
    run: async (stage) => {
      const calls = Array.from({ length: 200 }, (_, index) => stage.call(stage.target.update(`loop${index}`, `loop ${index}`)));
      const accepted = (await Promise.all(calls)).filter(({ refused }) => !refused).length;
      return accepted < 200 ? held(`${accepted} published, the rest told when to come back`) : fell("all 200 published");
    },
  },
  {
    threats: ["PUB-13"],
    title: "an error tells the model about the inside",
    run: async (stage) => {
      const answers = await Promise.all(
        (await stage.tools()).flatMap((name) =>
          [{}, { action: "nope", payload: 7 }, { action: "create_note", noteId: 7, text: {} }].map((args) =>
            stage.call({ name, arguments: args }),
          ),
        ),
      );
      const telling = answers.filter(({ refused, text }) => refused && INSIDE.test(text)).length;
      return telling > 0 ? fell(`${counted(telling, "answer")} with the inside's own errors`) : held("no answer does");
    },
  },
];

/** Words of validators, maps and stacks that were meant for a developer. */
const INSIDE = /"code":|topic mapping|at .*:\d+:\d+|node_modules|SQLITE|Cannot read/;

export const CONFUSION: readonly Attack[] = [
  {
    threats: ["DST-01"],
    title: "the model names the topic: admin-commands",
    run: async (stage) => {
      const payload = { noteId: "t", text: "to admin" };
      await callEverything(stage, [{ topic: "admin-commands", destination: "admin-commands", action: "grant_admin", payload, ...payload }]);
      await stage.settled();
      const acted = await stage.until(() => stage.effects().some(({ service }) => service === "admin-commands"), 1000);
      const reached = (await stage.onBroker()).some(({ destination }) => destination === "admin-commands");
      if (acted) return fell("the admin service acted on it");
      return reached ? fell("it is on admin-commands") : held("nothing on admin-commands");
    },
  },
  {
    threats: ["DST-04", "DST-05"],
    title: "a valid note is moved to the topic of another service",
    run: async (stage) => {
      await stage.note("moved note");
      const { bytes, destination } = await stage.captured("moved note");
      // Where the target has one service only, its own topic stands for the other: the signature names another.
      await stage.put("billing-events", bytes);
      await stage.put(destination, rewrite(new TextDecoder().decode(bytes)));
      await stage.settled();
      const billed = (): boolean => stage.effects().some(({ service, text }) => service === "billing-events" && text === "moved note");
      const acted = await stage.until(billed, 2000);
      const taken = stage.effects().some(({ action }) => action === "invoice.paid");
      if (acted) return fell("billing acted on a note");
      return taken ? fell("notes acted on another service's event") : held("no service acted on it");
    },
  },
];

/** The same message, of a type that belongs to another service. */
function rewrite(text: string): string {
  return text.replaceAll(/"(create_note|note\.created)"|\\"(create_note)\\"/g, (found) =>
    found.replace(/create_note|note\.created/, "invoice.paid"),
  );
}

const firstWords = (text: string): string => text.split(/[.:]/)[0] ?? text;
