// Every rule, in the order of the catalogue: its folder, and its line here.
import { administrativeTool } from "./administrative-tool/rule.ts";
import { clientChosenDestination } from "./client-chosen-destination/rule.ts";
import { clientChosenKey } from "./client-chosen-key/rule.ts";
import { clientChosenSource } from "./client-chosen-source/rule.ts";
import { clientSetHeaders } from "./client-set-headers/rule.ts";
import { clientSetServerField } from "./client-set-server-field/rule.ts";
import { excessivePermissions } from "./excessive-permissions/rule.ts";
import { leakyError } from "./leaky-error/rule.ts";
import { openBroker } from "./open-broker/rule.ts";
import { prototypeLookup } from "./prototype-lookup/rule.ts";
import { publishNotIdempotent } from "./publish-not-idempotent/rule.ts";
import { rawBrokerContent } from "./raw-broker-content/rule.ts";
import { reservedDestination } from "./reserved-destination/rule.ts";
import { secretInSource } from "./secret-in-source/rule.ts";
import { unboundedPayload } from "./unbounded-payload/rule.ts";
import { uncheckedEventType } from "./unchecked-event-type/rule.ts";
import { unconfirmedPublish } from "./unconfirmed-publish/rule.ts";
import { unlimitedPublish } from "./unlimited-publish/rule.ts";
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
  rawBrokerContent,
  openBroker,
  secretInSource,
];
