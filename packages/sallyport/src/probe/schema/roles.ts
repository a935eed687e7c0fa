// What an argument seems to be for, by its name. A name that says nothing is a place for data.
export type Role = "destination" | "header" | "key" | "server" | "action" | "data";

const NAMES: readonly (readonly [Role, RegExp])[] = [
  ["header", /^(?:headers?|message_?attributes|attributes|properties|options|cc|bcc|reply_?to|expiration|correlation_?id|content_?type)$/i],
  ["key", /^(?:key|message_?key|partition(?:_?key)?|message_?group_?id|group_?id|priority|deduplication_?id|sharding_?key)$/i],
  [
    "destination",
    /^(?:(?:target_?|to_?|dest(?:ination)?_?)?(?:topic|queue|exchange|routing_?key|channel|subject|stream|list|mailbox|destination)(?:_?(?:name|url|arn|id|pattern))?|(?:queue|topic)s?|pattern)$/i,
  ],
  [
    "server",
    /^(?:id|message_?id|event_?id|time(?:stamp)?|published_?at|created_?at|source|actor|user(?:_?id)?|role|tenant(?:_?id)?|approved(?:_?by)?|origin|hop|hops|depth)$/i,
  ],
  ["action", /^(?:action|type|event|(?:event|message)_?(?:type|name)|command|operation|kind)$/i],
];

export const roleOf = (name: string): Role => NAMES.find(([, pattern]) => pattern.test(name))?.[0] ?? "data";
