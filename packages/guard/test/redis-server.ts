// A Redis server of one test's own, as `npm run brokers` starts it, that can be killed and started again on what it wrote.
import { redis } from "../../../scripts/brokers/redis.ts";
import { type OwnServer, ownServer } from "./own-server.ts";

export type RedisServer = OwnServer;

export const redisServer = (): Promise<RedisServer> => ownServer(redis);
