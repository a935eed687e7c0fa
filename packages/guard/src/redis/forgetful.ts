// Whether a server keeps what it is given: what it evicts or loses when it restarts, the guard has never seen (REP-08, REP-10).
import { SallyportError } from "../errors.ts";

/** Needs no right to CONFIG, which is seldom given. */
export const INFO = "return redis.call('INFO', 'memory') .. redis.call('INFO', 'persistence') .. redis.call('INFO', 'cluster')";

export const isAlone = (info: string): boolean => /^cluster_enabled:0/m.test(info);

/** @throws {SallyportError} `ERR_CONFIG_CAPABILITY`. What a server says nothing about is not held against it. */
export function refuseForgetful(info: string): void {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy !== undefined && policy !== "noeviction") {
    throw forgetful(`Redis evicts keys when its memory is used up (${policy})`, "maxmemory-policy", "Set maxmemory-policy noeviction.");
  }
  if (/^aof_enabled:0/m.test(info)) {
    const why = "Redis does not write down what it is told before it answers: after a restart it has forgotten claims";
    throw forgetful(why, "appendonly", "Set appendonly yes, and appendfsync always where not even a second may be lost.");
  }
}

const forgetful = (what: string, setting: string, remedy: string): SallyportError =>
  new SallyportError("ERR_CONFIG_CAPABILITY", what, { place: `Redis's ${setting}`, remedy });
