// The rights of users of RabbitMQ that docs/adapters/rabbitmq.md lists, read from there.
import { readFileSync } from "node:fs";

const PAGE = readFileSync(new URL("../../../../docs/adapters/rabbitmq.md", import.meta.url), "utf8");

export type Rights = readonly [configure: string, write: string, read: string];

/** Of the group `g`. `bound`: of a worker that may not declare anything. */
export function rabbitMqRights(user: "publisher" | "worker" | "bound"): Rights {
  const start = user === "bound" ? "needs all of it declared, and has `" : `rabbitmqctl set_permissions ${user} `;
  const rights = PAGE.split(start)[1]?.match(/^"([^"]+)" "([^"]+)" "([^"]+)"/);
  if (rights?.length !== 4) throw new Error(`docs/adapters/rabbitmq.md lists no rights of a ${user}`);
  return rights.slice(1).map((right) => right.replaceAll("GROUP", "g")) as unknown as Rights;
}
