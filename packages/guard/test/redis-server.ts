// A Redis server of one test's own.
import { redis } from "../../../scripts/brokers/redis.ts";
import { ownServer, type OwnServer } from "./own-server.ts";

export const redisServer = (): Promise<OwnServer> => ownServer(redis);
