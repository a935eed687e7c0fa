// `sallyport doctor`: says of broker and store what would break, and what mends it. It changes nothing.
import {
  escapedJson,
  escapedLines,
  examine,
  type Finding,
  jsonLog,
  layoutOf,
  loadContractFile,
  type Role,
  roleOf,
  ROLES,
} from "@sallyport/server";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { endSoon } from "./end.ts";
import { definedOf } from "./numbers.ts";
import { chosenOf, isInsecure, type OpenOptions, withAddresses } from "./open.ts";

interface DoctorOptions extends OpenOptions {
  readonly group?: string;
  readonly tenant?: readonly string[];
  readonly role?: Role;
  readonly format: "text" | "json";
}

export function doctorCommand(): Command {
  return withAddresses(new Command("doctor"))
    .description(
      "Check whether broker and store can keep what is promised, and say what mends what cannot. Ends with 1 when something is wrong.",
    )
    .option("--group <name>", "consumer group (default: the contract's name)")
    .option("--tenant <name...>", "tenants, for destinations with {tenant}")
    .addOption(
      new Option("--role <role>", "look at what this role may see (default: that of the broker's user as acl names it, else all)").choices(
        ROLES,
      ),
    )
    .addOption(new Option("--format <format>", "how it is said").choices(["text", "json"]).default("text"))
    .action(doctor);
}

async function doctor(contract: string, options: DoctorOptions): Promise<void> {
  const path = resolve(contract);
  const loaded = await loadContractFile(path);
  const { group, tenant: tenants } = options;
  const chosen = chosenOf(path, loaded.settings, options);
  const layout = layoutOf(loaded.contract, { policy: loaded.settings.policy, ...definedOf({ group, tenants }) });
  const role = options.role ?? roleOf(layout, chosen.broker.address);
  const findings = await examine({
    ...chosen,
    layout,
    ...definedOf({ role }),
    insecure: isInsecure(loaded.settings, options),
    // What clients say in passing is in the findings, or of no account.
    log: jsonLog({ level: "error" }),
  });
  const bad = findings.filter(({ verdict }) => verdict !== "ok").length;
  if (options.format === "json") console.log(escapedJson({ contract: loaded.contract.name, role, findings }, undefined, 2));
  else {
    for (const finding of findings) console.log(escapedLines(textOf(finding)));
    console.log(
      `\n${findings.length} checks${role === undefined ? "" : ` of what the ${role} may see`}, ${bad === 0 ? "all in order" : `${bad} not in order`}`,
    );
  }
  if (bad === 0) return;
  process.exitCode = 1;
  endSoon();
}

const MARKS: Readonly<Record<Finding["verdict"], string>> = { ok: "ok     ", wrong: "WRONG  ", unknown: "UNKNOWN" };

function textOf({ of, address, check, looks, verdict, wrong, why }: Finding): string {
  const heading = `${MARKS[verdict]}  ${of} ${address}  ${check}: ${looks}`;
  const lines = wrong.flatMap(({ what, breaks, mend }) => [`         ${what}`, `         breaks: ${breaks}`, `         mend:   ${mend}`]);
  return [heading, ...lines, ...(why === undefined ? [] : [`         not looked at: ${why}`])].join("\n");
}
