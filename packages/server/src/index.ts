// The ready-made server and worker, for the command and for those who embed them.
export { type Backing, type BackingOptions, openBacking, openSettings, type PlacedCheck, refuseWrong } from "./backing.ts";
export { Address } from "./brokers/address.ts";
export {
  type Broker,
  type Check,
  type Declaration,
  type Layout,
  type Rights,
  type Role,
  roleOf,
  ROLES,
  type Wrong,
} from "./brokers/broker.ts";
export { brokerNamed, type Chosen, chooseBroker, chooseStore, storeNamed } from "./brokers/choose.ts";
export { layoutOf, type LayoutOptions } from "./brokers/layout.ts";
export { BROKERS } from "./brokers/list.ts";
export { visibilityOf } from "./brokers/sqlite.ts";
export { STORES } from "./stores/list.ts";
export type { OpenedStore, Store } from "./stores/store.ts";
export { type LoadedContract, loadContractFile, parseContractFile } from "./config/contract-file.ts";
export { isPath, isUrl, type Settings } from "./config/settings.ts";
export { escaped, escapedJson, escapedLines } from "./console/escape.ts";
export { type HandledLetter, handleLetters, type HandleLetters, type Handling, lettersOf } from "./console/letters.ts";
export { type Examined, examine, type Finding } from "./doctor.ts";
export { type Embedded, openEmbedded } from "./embedded.ts";
export { type Health, type HealthServer, healthChecksOf, healthOf, serveHealth } from "./health.ts";
export { type Running, runUntilStopped } from "./lifecycle.ts";
export { fieldsOf, jsonLog, type Level, type Log, logWarnings } from "./logs.ts";
export type { AccessOptions, JwtAccess, TokenAccess } from "./serve/access.ts";
export { CallsInFlight } from "./serve/calls.ts";
export { type Doors, mcpServerFor, openDoors } from "./serve/doors.ts";
export { type HttpOptions, type HttpServing, serveHttp } from "./serve/http.ts";
export { serveOverStdio } from "./serve/stdio.ts";
export { type HandlerMap, isolateHandlers, type LoadedHandlers, loadHandlers } from "./work/handlers.ts";
export { startWork, type Working, type WorkOptions } from "./work/work.ts";
