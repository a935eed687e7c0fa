// Every rule, in the order of the catalogue: its folder, and its line here.
import { acknowledgedBeforeProcessing } from "./acknowledged-before-processing/rule.ts";
import { administrativeTool } from "./administrative-tool/rule.ts";
import { checkThenRecord } from "./check-then-record/rule.ts";
import { clientChosenDestination } from "./client-chosen-destination/rule.ts";
import { clientChosenKey } from "./client-chosen-key/rule.ts";
import { clientChosenSource } from "./client-chosen-source/rule.ts";
import { clientSetHeaders } from "./client-set-headers/rule.ts";
import { clientSetServerField } from "./client-set-server-field/rule.ts";
import { deadLetterTrusted } from "./dead-letter-trusted/rule.ts";
import { excessivePermissions } from "./excessive-permissions/rule.ts";
import { failureNotSettled } from "./failure-not-settled/rule.ts";
import { futureTimePasses } from "./future-time-passes/rule.ts";
import { idsKeptPerProcess } from "./ids-kept-per-process/rule.ts";
import { leakyError } from "./leaky-error/rule.ts";
import { noAgeCheck } from "./no-age-check/rule.ts";
import { noDeadline } from "./no-deadline/rule.ts";
import { noDeduplication } from "./no-deduplication/rule.ts";
import { openBroker } from "./open-broker/rule.ts";
import { outageUsesUpAttempts } from "./outage-uses-up-attempts/rule.ts";
import { prototypeLookup } from "./prototype-lookup/rule.ts";
import { publishNotIdempotent } from "./publish-not-idempotent/rule.ts";
import { rawBrokerContent } from "./raw-broker-content/rule.ts";
import { recordedBeforeProcessing } from "./recorded-before-processing/rule.ts";
import { reservedDestination } from "./reserved-destination/rule.ts";
import { retryCounterNeverCounts } from "./retry-counter-never-counts/rule.ts";
import { retryWaitsInMemory } from "./retry-waits-in-memory/rule.ts";
import { secretInSource } from "./secret-in-source/rule.ts";
import { staleMessageThrown } from "./stale-message-thrown/rule.ts";
import { unboundedMemoryOfIds } from "./unbounded-memory-of-ids/rule.ts";
import { unboundedPayload } from "./unbounded-payload/rule.ts";
import { unboundedRetry } from "./unbounded-retry/rule.ts";
import { uncheckedEventType } from "./unchecked-event-type/rule.ts";
import { unconfirmedPublish } from "./unconfirmed-publish/rule.ts";
import { unguardedParseRule } from "./unguarded-parse/rule.ts";
import { unlimitedPublish } from "./unlimited-publish/rule.ts";
import { unparsableTimePasses } from "./unparsable-time-passes/rule.ts";
import { unsignedMessage } from "./unsigned-message/rule.ts";
import { unvalidatedPayload } from "./unvalidated-payload/rule.ts";
import type { Rule } from "./rule.ts";

export const RULES: readonly Rule[] = [
  unvalidatedPayload,
  prototypeLookup,
  clientSetServerField,
  clientSetHeaders,
  clientChosenKey,
  unboundedPayload,
  unlimitedPublish,
  publishNotIdempotent,
  unconfirmedPublish,
  leakyError,
  clientChosenDestination,
  clientChosenSource,
  uncheckedEventType,
  reservedDestination,
  excessivePermissions,
  administrativeTool,
  noDeduplication,
  noAgeCheck,
  staleMessageThrown,
  unparsableTimePasses,
  futureTimePasses,
  unsignedMessage,
  recordedBeforeProcessing,
  checkThenRecord,
  unboundedMemoryOfIds,
  idsKeptPerProcess,
  unboundedRetry,
  failureNotSettled,
  retryCounterNeverCounts,
  retryWaitsInMemory,
  unguardedParseRule,
  noDeadline,
  outageUsesUpAttempts,
  deadLetterTrusted,
  acknowledgedBeforeProcessing,
  rawBrokerContent,
  openBroker,
  secretInSource,
];
