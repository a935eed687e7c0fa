// RabbitMQ's definitions: users, what they may do, queues and their dead letters.
import { isTable, listOf, readDocument, tableOf } from "./document.ts";
import type { Collected } from "./stated.ts";

export function readRabbitDefinitions(file: string, text: string, { brokers, queues, grants, refuse }: Collected): void {
  if (!/"(permissions|vhosts|rabbit_version|rabbitmq_version)"/.test(text)) return;
  const document = readDocument(text, (why) => {
    // Permissions alone are written by others too.
    if (/"(vhosts?|rabbit_version|rabbitmq_version)"/.test(text)) refuse(file, why);
  });
  if (document === undefined || !isTable(document.value)) return;
  const { users, permissions, queues: declared, policies } = document.value;
  if (!Array.isArray(permissions) && !Array.isArray(users)) return;
  const operators = new Set(
    listOf(users).flatMap((user) => (/administrator/.test(String(tableOf(user)["tags"])) ? [tableOf(user)["name"]] : [])),
  );
  for (const [index, user] of listOf(users).entries())
    if (tableOf(user)["name"] === "guest")
      brokers.push({
        name: "guest",
        broker: "rabbitmq",
        file,
        at: document.place("users", index),
        fault: "default credentials",
        why: "the user `guest` exists",
      });
  for (const [index, permission] of listOf(permissions).entries()) {
    const { user, configure, write } = tableOf(permission);
    if (configure !== ".*" || write !== ".*" || operators.has(user)) continue;
    grants.push({ name: String(user), file, at: document.place("permissions", index), what: "`.*` to configure and to write" });
  }
  const covered = listOf(policies).flatMap((policy) => {
    const { pattern, definition } = tableOf(policy);
    return tableOf(definition)["dead-letter-exchange"] === undefined ? [] : [String(pattern)];
  });
  for (const [index, queue] of listOf(declared).entries()) {
    const { name, arguments: given } = tableOf(queue);
    const deadLetter = tableOf(given)["x-dead-letter-exchange"] !== undefined || covered.some((pattern) => covers(pattern, String(name)));
    queues.push({ name: String(name), broker: "rabbitmq", file, at: document.place("queues", index), deadLetter });
  }
}

/** A policy's pattern, where it is plain enough to be told without running a stranger's regular expression. */
function covers(pattern: string, name: string): boolean {
  const plain = /^\^?((?:[\w:-]|\\?\.)*?)(\.\*)?\$?$/.exec(pattern)?.[1];
  if (plain === undefined) return true;
  const text = plain.replaceAll("\\", "");
  return pattern.startsWith("^") ? name.startsWith(text) : name.includes(text);
}
