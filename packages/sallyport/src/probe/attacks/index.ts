// Every attack, in the order of the catalogue: its folder, and its line here.
import { administrativeTool } from "./administrative-tool/attack.ts";
import { afterRestart } from "./after-restart/attack.ts";
import { alwaysFailing } from "./always-failing/attack.ts";
import type { Attack } from "./attack.ts";
import { behindPoison } from "./behind-poison/attack.ts";
import { burntId } from "./burnt-id/attack.ts";
import { chosenDestination } from "./chosen-destination/attack.ts";
import { chosenSource } from "./chosen-source/attack.ts";
import { clientHeaders } from "./client-headers/attack.ts";
import { clientKey } from "./client-key/attack.ts";
import { coercedArguments } from "./coerced-arguments/attack.ts";
import { deadlyMessage } from "./deadly-message/attack.ts";
import { endlessHandling } from "./endless-handling/attack.ts";
import { flood } from "./flood/attack.ts";
import { foreignOrigin } from "./foreign-origin/attack.ts";
import { foreignType } from "./foreign-type/attack.ts";
import { forgedMessage } from "./forged-message/attack.ts";
import { freePayload } from "./free-payload/attack.ts";
import { futureTime } from "./future-time/attack.ts";
import { killedInHandling } from "./killed-in-handling/attack.ts";
import { leakingError } from "./leaking-error/attack.ts";
import { leakingOutage } from "./leaking-outage/attack.ts";
import { lostDeadLetter } from "./lost-dead-letter/attack.ts";
import { lostOnFailure } from "./lost-on-failure/attack.ts";
import { madeUpAction } from "./made-up-action/attack.ts";
import { malformedBytes } from "./malformed-bytes/attack.ts";
import { movedMessage } from "./moved-message/attack.ts";
import { noConsent } from "./no-consent/attack.ts";
import { oldTime } from "./old-time/attack.ts";
import { oversized } from "./oversized/attack.ts";
import { rawContent } from "./raw-content/attack.ts";
import { repeatedCall } from "./repeated-call/attack.ts";
import { sameBytes } from "./same-bytes/attack.ts";
import { serverFields } from "./server-fields/attack.ts";
import { unconfirmed } from "./unconfirmed/attack.ts";
import { unparsableTime } from "./unparsable-time/attack.ts";

export const ATTACKS: readonly Attack[] = [
  madeUpAction,
  freePayload,
  coercedArguments,
  serverFields,
  clientHeaders,
  clientKey,
  oversized,
  flood,
  noConsent,
  repeatedCall,
  unconfirmed,
  leakingError,
  leakingOutage,
  chosenDestination,
  chosenSource,
  administrativeTool,
  movedMessage,
  foreignType,
  sameBytes,
  oldTime,
  unparsableTime,
  futureTime,
  forgedMessage,
  lostOnFailure,
  afterRestart,
  burntId,
  alwaysFailing,
  behindPoison,
  malformedBytes,
  endlessHandling,
  deadlyMessage,
  killedInHandling,
  lostDeadLetter,
  rawContent,
  foreignOrigin,
];
