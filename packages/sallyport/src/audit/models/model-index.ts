// Models made quick to ask: by what was imported, by type, and by a member's name where the receiver is not known.
// Type names come out qualified (`kafkajs:Producer`), so that whoever asks need not know which model spoke.
import type { Convention } from "./convention.ts";
import type { Act, Broker, Callback, Member, Model, TypeModel, TypeName } from "./model.ts";

/** A member, and which library speaks. */
export interface Known {
  readonly library: string;
  readonly broker: Broker | undefined;
  readonly member: Member;
}

/** `extends` is merged in: a type's own members stand before its base's. */
export interface KnownType {
  readonly library: string;
  readonly broker: Broker | undefined;
  /** Qualified. */
  readonly name: string;
  /** Qualified: itself and everything it extends. */
  readonly lineage: readonly string[];
  readonly members: ReadonlyMap<string, Member>;
  readonly each: TypeName | undefined;
  readonly eachConsumes: TypeModel["eachConsumes"];
  readonly whenExtended: TypeModel["whenExtended"];
  readonly delivered: TypeModel["delivered"];
  /** Qualified. */
  readonly takes: TypeName | undefined;
}

export interface KnownConvention {
  readonly packages: readonly string[];
  /** Qualified. */
  readonly gives: TypeName | undefined;
  readonly convention: Convention;
}

export interface ModelIndex {
  /**
   * What `name` of an import is. `*` is the module itself and `default` its default export; both are namespaces of
   * every other name (`library:*`), so that `import x from`, `import * as x from` and `require` find the same.
   */
  exported(specifier: string, name: string): Known | undefined;
  /** Whether any model speaks of this package, or of one that it is under. */
  model(specifier: string): Model | undefined;
  /** By qualified name. */
  type(name: TypeName): KnownType | undefined;
  /** What a value has that is declared to be of this imported type: a class's instances, or a type of the model. */
  instance(specifier: string, name: string): KnownType | undefined;
  /** A member of a type by qualified name; `*` stands for what is not named. */
  member(type: TypeName, name: string): Known | undefined;
  /** Members of this name that can be told by their shape, most demanding first. */
  shaped(name: string): readonly Known[];
  readonly models: readonly Model[];
  readonly conventions: readonly KnownConvention[];
}

export const indexModels = (models: readonly Model[]): ModelIndex => {
  const bySpecifier = new Map<string, Model>();
  const exports = new Map<Model, ReadonlyMap<string, Member>>();
  const declared = new Map<string, { readonly model: Model; readonly type: TypeModel }>();
  const shapes = new Map<string, Known[]>();
  const types = new Map<string, KnownType | undefined>();

  const learnShapes = (model: Model, members: ReadonlyMap<string, Member>): void => {
    for (const [name, member] of members) {
      if (member.shape === undefined) continue;
      const list = shapes.get(name) ?? [];
      list.push({ library: model.library, broker: model.broker, member });
      shapes.set(name, list);
    }
  };

  for (const model of models) {
    for (const name of model.packages) bySpecifier.set(name, model);
    const names = withNamespace(model);
    exports.set(model, names);
    declared.set(`${model.library}:*`, { model, type: { members: Object.fromEntries(names) } });
    learnShapes(model, names);
    for (const [name, type] of Object.entries(model.types ?? {})) {
      const qualified = qualifyType(model, type);
      declared.set(`${model.library}:${name}`, { model, type: qualified });
      learnShapes(model, new Map(Object.entries(qualified.members ?? {})));
    }
  }
  for (const list of shapes.values()) list.sort((a, b) => (b.member.shape?.length ?? 0) - (a.member.shape?.length ?? 0));

  const within = (specifier: string): { readonly found: Model; readonly below: string } | undefined => {
    for (let rest = specifier; rest !== ""; rest = rest.slice(0, Math.max(0, rest.lastIndexOf("/")))) {
      const found = bySpecifier.get(rest);
      if (found) return { found, below: specifier.slice(rest.length + 1) };
    }
    return undefined;
  };
  const model = (specifier: string): Model | undefined => within(specifier)?.found;

  /** A module below the package, where the model says what it is: `paho.mqtt.publish`. */
  const moduleBelow = (specifier: string): KnownType | undefined => {
    const { found, below } = within(specifier) ?? {};
    const is = found && below ? exports.get(found)?.get(below.slice(below.lastIndexOf("/") + 1))?.is : undefined;
    return is === undefined || is === `${found?.library}:*` ? undefined : type(is);
  };

  const resolveType = (name: string, below: readonly string[]): KnownType | undefined => {
    if (types.has(name)) return types.get(name);
    const found = declared.get(name);
    if (!found || below.includes(name)) return undefined;
    const base = found.type.extends === undefined ? undefined : resolveType(found.type.extends, [...below, name]);
    const own = Object.entries(found.type.members ?? {});
    const known: KnownType = {
      library: found.model.library,
      broker: found.type.broker ?? base?.broker ?? found.model.broker,
      name,
      lineage: [name, ...(base?.lineage ?? [])],
      members: new Map([...(base?.members ?? []), ...own]),
      each: found.type.each ?? base?.each,
      eachConsumes: found.type.eachConsumes ?? base?.eachConsumes,
      whenExtended: found.type.whenExtended ?? base?.whenExtended,
      delivered: found.type.delivered ?? base?.delivered,
      takes: found.type.takes ?? base?.takes,
    };
    types.set(name, known);
    return known;
  };
  const type = (name: TypeName): KnownType | undefined => resolveType(name, []);

  return {
    models,
    conventions: models.flatMap((one) =>
      (one.conventions ?? []).map((convention) => ({
        packages: one.packages,
        gives: convention.gives === undefined ? undefined : qualify(one, convention.gives),
        convention,
      })),
    ),
    model,
    type,
    exported: (specifier, name) => {
      const found = model(specifier);
      if (!found) return undefined;
      const module = moduleBelow(specifier);
      const inside = name === "*" ? module && { is: module.name } : module?.members.get(name);
      if (inside !== undefined) return known(found, inside);
      const names = exports.get(found);
      const member = names?.get(name) ?? names?.get("*");
      return name === "*" ? known(found, { is: `${found.library}:*` }) : member && known(found, member);
    },
    instance: (specifier, name) => {
      const found = model(specifier);
      const made = found && exports.get(found)?.get(name)?.returns;
      return (made === undefined ? undefined : type(made)) ?? (found && type(`${found.library}:${name}`));
    },
    member: (typeNamed, name) => {
      const found = type(typeNamed);
      const member = found?.members.get(name) ?? found?.members.get("*");
      return found && member && { library: found.library, broker: found.broker, member };
    },
    shaped: (name) => shapes.get(name) ?? [],
  };
};

const known = (model: Model, member: Member): Known => ({ library: model.library, broker: model.broker, member });

/** A package's default export and its `require` are the namespace too, unless the model says what they are. */
const withNamespace = (model: Model): ReadonlyMap<string, Member> => {
  const names = new Map(Object.entries(model.exports).map(([name, member]) => [name, qualifyMember(model, member)]));
  return names.set("default", { is: `${model.library}:*`, ...names.get("default") });
};

const notTypes = new Set(["?", "receiver", "error"]);

/** Every type name in a model, as `library:Type`. */
export const qualify = (model: Model, name: TypeName): TypeName => {
  for (const form of ["list:", "map:"]) if (name.startsWith(form)) return `${form}${qualify(model, name.slice(form.length))}`;
  if (name.startsWith("tuple:")) {
    const parts = name.slice(6).split(",");
    return `tuple:${parts.map((part) => qualify(model, part)).join(",")}`;
  }
  if (name.startsWith("...")) return `...${qualify(model, name.slice(3))}`;
  if (name.includes(":") || notTypes.has(name) || /^arg\d+$/.test(name)) return name;
  return Object.hasOwn(model.types ?? {}, name) ? `${model.library}:${name}` : name;
};

const qualifyCallback = (model: Model, callback: Callback): Callback => ({
  ...callback,
  params: callback.params.map((name) => qualify(model, name)),
});

const qualifyAll = (model: Model, types: Readonly<Record<string, TypeName>>): Readonly<Record<string, TypeName>> =>
  Object.fromEntries(Object.entries(types).map(([key, name]) => [key, qualify(model, name)]));

const qualifyDecorator = (model: Model, decorates: NonNullable<Member["decorates"]>): NonNullable<Member["decorates"]> => ({
  ...decorates,
  ...(decorates.is === undefined ? {} : { is: qualify(model, decorates.is) }),
  ...(decorates.calls === undefined
    ? {}
    : { calls: { ...decorates.calls, params: decorates.calls.params.map((name) => qualify(model, name)) } }),
});

const qualifyMember = (model: Model, member: Member): Member => {
  const { is, returns, returnsBy, calls, assigned, decorates } = member;
  return {
    ...member,
    ...(is === undefined ? {} : { is: qualify(model, is) }),
    ...(returns === undefined ? {} : { returns: qualify(model, returns) }),
    ...(returnsBy === undefined ? {} : { returnsBy: { ...returnsBy, types: qualifyAll(model, returnsBy.types) } }),
    ...(calls === undefined ? {} : { calls: calls.map((callback) => qualifyCallback(model, callback)) }),
    ...(assigned === undefined ? {} : { assigned: assigned.map((callback) => qualifyCallback(model, callback)) }),
    ...(decorates === undefined ? {} : { decorates: qualifyDecorator(model, decorates) }),
  };
};

const qualifyType = (model: Model, type: TypeModel): TypeModel => {
  const { members, each, whenExtended, takes } = type;
  return {
    ...type,
    ...(takes === undefined ? {} : { takes: qualify(model, takes) }),
    ...(type.extends === undefined ? {} : { extends: qualify(model, type.extends) }),
    ...(each === undefined ? {} : { each: qualify(model, each) }),
    members: Object.fromEntries(Object.entries(members ?? {}).map(([name, member]) => [name, qualifyMember(model, member)])),
    ...(whenExtended?.calls === undefined
      ? {}
      : { whenExtended: { ...whenExtended, calls: whenExtended.calls.map((callback) => qualifyCallback(model, callback)) } }),
  };
};

/** The acts of a member of one kind. */
export const actsOf = <Kind extends Act["kind"]>(member: Member, kind: Kind): readonly Extract<Act, { kind: Kind }>[] =>
  (member.acts ?? []).filter((act): act is Extract<Act, { kind: Kind }> => act.kind === kind);
