// A contract for people who write no code: a YAML or JSON file with JSON Schema. The guard's contract() judges it; its
// refusals come out with the line and column that they are about, and without anything that came from the environment.
import { readFile } from "node:fs/promises";
import { contract, isSallyportError, SallyportError, type Contract, type EventDefinition } from "@sallyport/guard";
import { fault, readDocument, type Node } from "./document.ts";
import { readEvents } from "./events.ts";
import { members, required, text } from "./fields.ts";
import type { Environment } from "./interpolation.ts";
import { policyInFile, positionOf } from "./position.ts";
import { sentenceOf, withoutValues } from "./redaction.ts";
import { readSettings, SETTINGS_KEYS, type Settings } from "./settings.ts";

export interface LoadedContract {
  readonly contract: Contract;
  readonly settings: Settings;
  /** An error that the guard throws about `policy` later, when it knows the broker, with line and column. */
  readonly placed: (error: unknown) => unknown;
}

/** @throws {SallyportError} `ERR_CONFIG_*`, whose `place` is `file:line:column`. */
export async function loadContractFile(path: string, env: Environment = process.env): Promise<LoadedContract> {
  return parseContractFile(await read(path), path, env);
}

/** `file` is what errors name, and what relative paths in the settings start from. */
export function parseContractFile(source: string, file: string, env: Environment): LoadedContract {
  const root = readDocument(source, file, env);
  try {
    const member = members(root, ["name", "events", ...SETTINGS_KEYS], "the contract file");
    const name = text(required(member("name"), "name", root), "name");
    const settings = readSettings(member, file);
    const events = readEvents(required(member("events"), "events", root));
    return { contract: judged(name, events, root), settings, placed: (error) => placed(error, root) };
  } catch (error) {
    throw isSallyportError(error) ? withoutValues(error, root) : error;
  }
}

function judged(name: string, events: Record<string, EventDefinition>, root: Node): Contract {
  try {
    return contract({ name, events });
  } catch (error) {
    if (!isSallyportError(error)) throw error;
    const { place, remedy } = error;
    throw fault(positionOf(place ?? "", root), sentenceOf(error), remedy ?? "Correct it.", error.code);
  }
}

function placed(error: unknown, root: Node): unknown {
  if (!isSallyportError(error) || error.place?.startsWith("policy.") !== true) return error;
  return fault(positionOf(error.place, root), policyInFile(sentenceOf(error)), policyInFile(error.remedy ?? "Correct it."), error.code);
}

async function read(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new SallyportError("ERR_CONFIG_INVALID", "the contract file cannot be read", {
      place: path,
      remedy: "Check the path and its permissions.",
      cause,
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw fault(path, "the contract file is not UTF-8", "Save it as UTF-8.");
  }
}
