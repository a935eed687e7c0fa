// What a principal may be called: whatever an envelope carries as `actor` (ENV-5). Checked where the name comes from,
// or each of its calls would be refused.

const NAME = /^[^\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u2028\u2029]{1,256}$/u;

export const isPrincipalName = (name: unknown): name is string => typeof name === "string" && NAME.test(name);
