// What an operator can get wrong.
import { guard, removal, type Removal, server } from "./removal.ts";

const PUBLISHER = "publish/publisher.ts";

export const OPERATORS: readonly Removal[] = [
  removal(
    "OPS-01",
    "an event goes out that the trail does not have",
    guard(PUBLISHER, 'if (this.#trail !== noTrail) await this.#trail.append([{ ...said, decision: "accepted" }]);', "void said;"),
  ),
  removal("OPS-01", "what was refused is not on the trail", guard(PUBLISHER, "await this.#recordRefusal({", "void ({")),
  removal(
    "OPS-01",
    "what was refused does not say of which event",
    guard(PUBLISHER, "...(code && { code }), ...(eventType !== undefined && { eventType }) });", "...(code && { code }) });"),
  ),
  removal("OPS-01", "a reading that was refused is not on the trail", guard("read/reader.ts", "await this.#recordRefusal({", "void ({")),
  removal(
    "OPS-01",
    "what is done is on the trail as refused when its last step failed",
    guard("consume/redrive.ts", '      progress.ifItFails = "sent, letter kept";\n', ""),
  ),
  removal(
    "OPS-01",
    "what cannot be put on the trail is settled",
    guard(
      "consume/settlement.ts",
      "if (!(await hold.untilDone(() => trail.append([entry])))) return;",
      "await trail.append([entry]).catch(() => undefined);",
    ),
  ),
  removal(
    "OPS-01",
    "an entry's hash does not cover those before it",
    guard("stores/trail-chain.ts", "digestOf(`${previous} $", "digestOf(`${previous.slice(64)} $"),
  ),
  removal(
    "OPS-01",
    "the end of the trail can be cut off",
    guard("stores/trail-chain.ts", "let headSeen = head === undefined || head === BEGINNING;", "let headSeen = true;"),
  ),
  removal(
    "OPS-02",
    "anybody redrives and discards",
    guard("consume/redrive.ts", "if (operator.scopes.includes(OPERATE_SCOPE)) return;", "return;"),
  ),
  removal(
    "OPS-02",
    "what an operator did is not on the trail",
    guard("consume/redrive.ts", "await this.#recordEnd({ ...said,", "void ({ ...said,"),
  ),
  removal(
    "OPS-02",
    "what an operator tried is not on the trail",
    guard(
      "consume/redrive.ts",
      'await (progress.ifItFails === "refused" ? this.#recordRefusal(entry) : this.#recordEnd(entry));',
      "void entry;",
    ),
  ),
  removal(
    "OPS-02",
    "an operator acts before the trail has it",
    guard("consume/redrive.ts", "await this.#options.trail.append([{ ...said, decision: `${what} asked` }]);", ""),
  ),
  removal(
    "OPS-03",
    "a stranger's body is waited for",
    server(
      "serve/http.ts",
      "  if (admitted instanceof Response) {\n    response",
      '  if (admitted instanceof Response) {\n    await once(request.resume(), "end");\n    response',
    ),
  ),
  removal("OPS-04", "a server for others lets anyone in", server("serve/access.ts", "if (!asksForTokens(auth)) {", "if (false) {")),
  removal(
    "OPS-04",
    "auth whose last token was taken away lets everybody in",
    server("config/auth.ts", "if (read.tokens.length > 0 || jwt !== undefined) return read;", "return read;"),
  ),
  removal("OPS-04", "tokens travel in plain text", server("serve/access.ts", "if (behindTlsProxy !== true) {", "if (false) {")),
  removal("OPS-04", "an issuer's keys are fetched in plain text", server("config/auth.ts", "if (secure && url", "if (url")),
  removal(
    "OPS-04",
    "a broker off the machine is reached in plain text, and without a password",
    server("brokers/choose.ts", "if (exposures.length === 0) return;", "if (exposures.length >= 0) return;"),
  ),
  removal(
    "OPS-04",
    "a host whose name begins as this machine's does is taken for it",
    server("brokers/address.ts", "|127(?:\\.\\d{1,3}){3}|::1)$/i", "|127(?:\\.\\d{1,3}){3}|::1)/i"),
  ),
  removal(
    "OPS-05",
    "an address that is printed shows its password",
    server(
      "brokers/address.ts",
      "  [inspect.custom](): string {\n    return this.toString();",
      "  [inspect.custom](): string {\n    return this.reveal();",
    ),
  ),
  removal(
    "OPS-05",
    "what a client of a broker throws is told with all that it has",
    server("brokers/unreachable.ts", "    place: String(address),\n", "    place: String(address),\n    cause,\n"),
  ),
  removal(
    "OPS-05",
    "a broker's password stands in the contract file",
    server(
      "config/settings.ts",
      "  throw fault(node.at, `a password in ${what}`",
      "  if (password !== undefined) return given;\n  throw fault(node.at, `a password in ${what}`",
    ),
  ),
  removal(
    "OPS-05",
    "a key file that others can read is used",
    guard("keys-file.ts", "if (!HAS_MODES || (found.mode & 0o077) === 0) return;", "return;"),
  ),
  removal(
    "OPS-05",
    "a secret may be short enough to guess",
    guard("envelope/keys.ts", "if (bytes.length < MIN_SECRET_BYTES) {", "if (bytes.length < 1) {"),
  ),
  removal(
    "OPS-05",
    "an error about the keys quotes them",
    guard(
      "envelope/key-sources.ts",
      'throw new SallyportError("ERR_CONFIG_KEY_INVALID", "keys are not a JSON array", {',
      'throw new SallyportError("ERR_CONFIG_KEY_INVALID", `keys are not a JSON array: ${JSON.stringify(specs)}`, {',
    ),
    guard("envelope/key-sources.ts", "  } catch {\n", "  } catch (error) {\n    specs = String(error);\n"),
  ),
  removal(
    "OPS-05",
    "keys stand in the configuration",
    server(
      "config/settings.ts",
      'if (node.kind !== "map") throw fault(node.at, "keys are given by reference, never in the file", BY_REFERENCE);',
      'if (node.kind !== "map") return { env: "KEYS" };',
    ),
  ),
  removal(
    "OPS-05",
    "an error about the configuration quotes the environment",
    server("config/redaction.ts", "if (given.length === 0) return error;", "if (given.length >= 0) return error;"),
  ),
];
