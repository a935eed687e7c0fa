// The ready-made server and worker, for the command and for those who embed them.
export { type LoadedContract, loadContractFile, parseContractFile } from "./config/contract-file.ts";
export type { Settings } from "./config/settings.ts";
export { escaped, escapedJson, escapedLines } from "./console/escape.ts";
export { type HandledLetter, handleLetters, type HandleLetters, type Handling, lettersOf } from "./console/letters.ts";
export { type Embedded, openEmbedded } from "./embedded.ts";
export { type Health, healthOf, serveHealth } from "./health.ts";
export { type Running, runUntilStopped } from "./lifecycle.ts";
export { fieldsOf, jsonLog, type Level, type Log } from "./logs.ts";
export type { AccessOptions, JwtAccess, TokenAccess } from "./serve/access.ts";
export { CallsInFlight } from "./serve/calls.ts";
export { type Doors, mcpServerFor, openDoors } from "./serve/doors.ts";
export { type HttpOptions, type HttpServing, serveHttp } from "./serve/http.ts";
export { serveOverStdio } from "./serve/stdio.ts";
export { type HandlerMap, isolateHandlers, type LoadedHandlers, loadHandlers } from "./work/handlers.ts";
export { startWork, type Working, type WorkOptions } from "./work/work.ts";
