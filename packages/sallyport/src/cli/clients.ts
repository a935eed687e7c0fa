// How MCP clients are told to start this server, each in its own file and shape.

/** The command that starts the server over standard input and output. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
}

export interface Client {
  readonly name: string;
  /** In the project's folder; `undefined` where the client has one file for the whole machine. */
  readonly file: string | undefined;
  readonly config: (server: string, launch: Launch) => object;
  /** The same for a server that runs already. */
  readonly remote: (server: string, url: string) => object;
}

export const CLIENTS: readonly Client[] = [
  {
    name: "Claude Code",
    file: ".mcp.json",
    config: (server, launch) => ({ mcpServers: { [server]: { type: "stdio", ...launch } } }),
    remote: (server, url) => ({ mcpServers: { [server]: { type: "http", url } } }),
  },
  {
    name: "Claude Desktop",
    file: undefined,
    config: (server, launch) => ({ mcpServers: { [server]: { ...launch } } }),
    remote: (server, url) => ({ mcpServers: { [server]: { command: "npx", args: ["-y", "mcp-remote", url] } } }),
  },
  {
    name: "Cursor",
    file: ".cursor/mcp.json",
    config: (server, launch) => ({ mcpServers: { [server]: { ...launch } } }),
    remote: (server, url) => ({ mcpServers: { [server]: { url } } }),
  },
  {
    name: "VS Code",
    file: ".vscode/mcp.json",
    config: (server, launch) => ({ servers: { [server]: { type: "stdio", ...launch } } }),
    remote: (server, url) => ({ servers: { [server]: { type: "http", url } } }),
  },
];

/** This very program, by its absolute path: clients start servers from folders and with paths of their own. */
export function launchOf(contract: string, portable: boolean): Launch {
  const serve = ["serve", "--stdio", contract];
  if (portable) return { command: "npx", args: ["-y", "sallyport", ...serve] };
  return { command: process.execPath, args: [...process.execArgv, process.argv[1] ?? "sallyport", ...serve] };
}
