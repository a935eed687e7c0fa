// Publishes from inside a thread, and answers with the attributes that went out.
import { alice, house, note } from "../../house.ts";

export async function publishHere(): Promise<unknown> {
  const home = house();
  await home.publisher().publish("note.created", note("from the thread"), alice);
  return JSON.parse(new TextDecoder().decode(home.transport.sent[0]!.bytes)) as unknown;
}
