// What an agent will see: the tools, asked for by a real client of a real server in this process.
import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import type { Principal } from "@sallyport/guard";
import { type Doors, escapedLines, mcpServerFor } from "@sallyport/server";

export async function listTools(doors: Doors, local: Principal, json: boolean): Promise<void> {
  const client = new Client({ name: "sallyport", version: "0.1.0" });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([mcpServerFor(doors, local, false).connect(far), client.connect(near)]);
  const { tools } = await client.listTools();
  await client.close();
  console.log(json ? JSON.stringify(tools, null, 2) : escapedLines(tools.map(described).join("\n\n")));
}

function described({ name, description, inputSchema, annotations }: Awaited<ReturnType<Client["listTools"]>>["tools"][number]): string {
  const { properties = {}, required = [] } = inputSchema as { properties?: Record<string, { type?: string }>; required?: string[] };
  const args = Object.entries(properties).map(
    ([key, schema]) => `  ${key}${required.includes(key) ? "" : "?"}: ${schema.type ?? "any of several"}`,
  );
  const kind =
    annotations?.readOnlyHint === true ? "reads" : annotations?.destructiveHint === true ? "publishes, destructive" : "publishes";
  return [`${name} (${kind})`, `  ${description ?? ""}`, ...args].join("\n");
}
