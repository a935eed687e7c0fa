// A RabbitMQ server of one test's own, and what an operator tells one.
import { rabbitmq, rabbitmqctl, rabbitmqShell } from "../../../scripts/brokers/rabbitmq.ts";
import { running } from "../../../scripts/brokers/running.ts";
import { ownServer, type OwnServer } from "./own-server.ts";

export interface RabbitMqServer extends OwnServer {
  ctl(...args: readonly string[]): Promise<string>;
}

export async function rabbitMqServer(): Promise<RabbitMqServer> {
  const server = await ownServer(rabbitmq);
  return { ...server, ctl: (...args) => rabbitmqctl(server.folder, args) };
}

const shared = (): string => running().find(({ name }) => name === "rabbitmq")!.folder;

/** Of the one that all tests share. */
export const sharedCtl = (...args: readonly string[]): Promise<string> => rabbitmqctl(shared(), args);

/** As {@link sharedCtl}, of a text for a shell. */
export const sharedShell = (text: string): Promise<string> => rabbitmqShell(shared(), text);
