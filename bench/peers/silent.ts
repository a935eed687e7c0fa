// A logger that says nothing, in the shape that message-queue-toolkit asks for: it reports every message that fails.
export const silent = (): undefined => undefined;

export const logger = {
  level: "silent",
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  fatal: silent,
  silent,
  child: () => logger,
  isLevelEnabled: () => false,
};
