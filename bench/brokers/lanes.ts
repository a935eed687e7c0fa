// Every broker that the guard's cost is measured on.
import type { Lane } from "./lane.ts";
import { redisStreams } from "./redis-streams.ts";

export const LANES: readonly Lane[] = [redisStreams];
