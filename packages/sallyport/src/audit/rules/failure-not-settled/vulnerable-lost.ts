import rhea from "rhea";
import { Redis } from "ioredis";
import { shipOrder } from "./shop.js";
import { verifySignature } from "./signing.js";

const store = new Redis(process.env["REDIS_URL"] ?? "");
const connection = rhea.connect({ host: process.env["AMQP_HOST"], transport: "tls" });
const receiver = connection.open_receiver("orders");
receiver.on("message", async (context) => {
  try {
    const order = JSON.parse(context.message.body);
    if (!verifySignature(order)) return;
    const age = Date.now() - Date.parse(order.time);
    if (!(age >= -60_000 && age <= 300_000)) return;
    const claimed = await store.set(`orders:${order.id}`, "1", "EX", 900, "NX"); // finding: recorded-before-processing
    if (claimed === null) return;
    await shipOrder(order);
  } catch (error) { // finding: failure-not-settled
    console.error("not shipped", error);
  }
});
