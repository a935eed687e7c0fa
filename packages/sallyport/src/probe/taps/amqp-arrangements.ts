// What is arranged in a virtual host of RabbitMQ beside what it keeps: bindings, policies, and who may do what. A parameter
// or a limit is not looked at.
import type { Binding } from "./amqp-routing.ts";
import type { Management } from "./rabbitmq-management.ts";

interface Policy {
  readonly name: string;
  readonly pattern: string;
  readonly definition: unknown;
}

interface Permission {
  readonly user: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

export async function arrangedIn(management: Management, vhost: string): Promise<readonly string[]> {
  const within = encodeURIComponent(vhost);
  const [bindings, policies, permissions] = await Promise.all([
    management.list<Binding>(`bindings/${within}`),
    management.list<Policy>(`policies/${within}`),
    management.list<Permission>(`vhosts/${within}/permissions`),
  ]);
  // Every queue has one of its own to the exchange without a name.
  const made = bindings.filter(({ source }) => source !== "");
  return [
    ...made.map((one) => `the binding of ${one.destination_type} ${one.destination} to ${one.source} by "${one.routing_key}"`),
    ...policies.map(({ name, pattern, definition }) => `the policy ${name} of ${pattern}: ${JSON.stringify(definition)}`),
    ...permissions.map(({ user, configure, write, read }) => `the rights of ${user}: ${JSON.stringify({ configure, write, read })}`),
  ];
}
