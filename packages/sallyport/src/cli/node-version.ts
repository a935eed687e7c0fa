// Which Node the command runs on. An older one has no SQLite, and would say so with a stack, or only when an agent's host
// starts what `init` wrote down.

const LEAST: readonly [number, number] = [22, 13];

/** What to say of a Node that is too old; `undefined` of one that is not. */
export function refusalOfNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return undefined;
  return `sallyport needs Node ${LEAST.join(".")} or newer, and this is ${version} (${process.execPath}). Install a newer one, or name it where the command is started.`;
}
