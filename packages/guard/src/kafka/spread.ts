// Which member of a group has which partition: each topic's are dealt out evenly among those who want it. The name is
// our own, so that Kafka lets no software into the group that knows nothing of how we commit.
export const PROTOCOL = "sallyport";

export interface Wanting {
  readonly member: string;
  readonly topics: ReadonlySet<string>;
}

/** By member, and then by topic. Every member is in it. */
export function spread(members: readonly Wanting[], partitionsOf: ReadonlyMap<string, number>): Map<string, Map<string, number[]>> {
  const inOrder = members.toSorted((one, other) => (one.member < other.member ? -1 : 1));
  const dealt = new Map(inOrder.map(({ member }) => [member, new Map<string, number[]>()]));
  const topics = [...partitionsOf].toSorted(([one], [other]) => (one < other ? -1 : 1));
  for (const [index, [topic, partitions]] of topics.entries()) {
    const wanting = inOrder.filter((one) => one.topics.has(topic));
    for (let partition = 0; partition < partitions && wanting.length > 0; partition++) {
      // Not every topic's first to the same one.
      const { member } = wanting[(partition + index) % wanting.length] as Wanting;
      const own = dealt.get(member) as Map<string, number[]>;
      own.set(topic, [...(own.get(topic) ?? []), partition]);
    }
  }
  return dealt;
}
