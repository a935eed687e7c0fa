// `sallyport acl`: the least rights that server, worker and operator need on a broker, from the contract, as text that the
// broker's own tool takes (DST-07). Nothing is sent anywhere, and no password is made or shown.
import { resolve } from "node:path";
import { BROKERS, layoutOf, loadContractFile, escapedJson, escapedLines, type Role, ROLES } from "@sallyport/server";
import { Command, Option } from "commander";
import { definedOf } from "./numbers.ts";
import { chosenFor } from "./topology.ts";

interface AclOptions {
  readonly broker?: string;
  readonly role?: Role;
  readonly group?: string;
  readonly tenant?: readonly string[];
  readonly json?: boolean;
}

export function aclCommand(): Command {
  return new Command("acl")
    .description("Show the least rights that server, worker and operator need on the broker, for the broker's own tool.")
    .argument("<contract>", "the contract file, YAML or JSON")
    .option("--broker <name or url>", `one of ${BROKERS.map(({ name }) => name).join(", ")} (default: the contract's)`)
    .addOption(new Option("--role <role>", "of one role alone").choices(ROLES))
    .option("--group <name>", "consumer group (default: the contract's name)")
    .option("--tenant <name...>", "tenants, for destinations with {tenant}")
    .option("--json", "as JSON")
    .action(acl);
}

async function acl(contract: string, options: AclOptions): Promise<void> {
  const loaded = await loadContractFile(resolve(contract));
  const { group, tenant: tenants, role } = options;
  const layout = layoutOf(loaded.contract, { policy: loaded.settings.policy, ...definedOf({ group, tenants }) });
  const { kind } = chosenFor(options.broker ?? loaded.settings.broker, true);
  const rights = (role === undefined ? ROLES : [role]).map((one) => kind.rights(layout, one));
  if (options.json === true) console.log(escapedJson(rights, undefined, 2));
  // What says where it goes is on the other stream, so that the text alone can be sent on.
  else
    for (const { role: of, user, goes, text } of rights) {
      console.error(escapedLines(`${of}: user ${user}; ${goes}`));
      console.log(escapedLines(text));
    }
}
