// The whole program: modules that import one another, classes that stand for interfaces, libraries by their models.
import type { Expression, Module, Statement } from "../ir/ir.ts";
import type { Content, ToolByDecorator } from "../models/model.ts";
import type { Resolver } from "../frontends/frontend.ts";
import { basesOf, methodOf, typicalInstance } from "./classes.ts";
import { speaksOfAny } from "./conventions.ts";
import { addTool, registerConsumer } from "./entries.ts";
import { globalFunction } from "./globals.ts";
import { holds } from "./library.ts";
import type { Machine, Program, Site } from "./machine.ts";
import { given, type Given } from "./paths.ts";
import { type Cell, Scope, type SourceModule } from "./scope.ts";
import { collectionOf, read } from "./results.ts";
import { SCHEMA_LIBRARIES } from "./schemas/zod.ts";
import { readSchema } from "./schemas/read.ts";
import { ANY } from "./schema.ts";
import type { Origin } from "./taint.ts";
import { schemaOf, schemaOfClass } from "./types.ts";
import {
  type Atom,
  type ClassValue,
  type Closure,
  isNothing,
  join,
  NOTHING,
  objectsOf,
  objectValue,
  schemaValue,
  textsOf,
  UNKNOWN,
  type Value,
} from "./value.ts";

type Of<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

export interface Modules {
  /** Evaluates it, unless that has begun. */
  enter(module: SourceModule): void;
  /** Runs as nobody in particular: see `OtherEntry`. */
  uncalled(module: SourceModule, name: string, run: () => void): void;
  originFresh(kind: Origin["kind"], name: string, site: Site): Origin;
  evaluateIn(cls: ClassValue, value: Expression, self: Value): Value;
}

export interface Sources extends Program {
  readonly sources: readonly SourceModule[];
  ofPackage(name: string): readonly SourceModule[];
}

export function makeProgram(irs: readonly Module[], resolve: Resolver, modules: Modules): Sources {
  const byFile = new Map<string, SourceModule>();
  const byPackage = new Map<string, SourceModule[]>();
  const packageScopes = new Map<string, Scope>();
  const holders = new Map<string, ClassValue[]>();
  const classes: ClassValue[] = [];
  const origins = new Map<string, Origin>();
  const globals = new Map<string, Value>();

  const sources = irs.map((ir): SourceModule => {
    const packaged = ir.package;
    const outer = packaged === undefined ? undefined : (packageScopes.get(packaged) ?? new Scope("module", undefined));
    if (packaged !== undefined && outer !== undefined) packageScopes.set(packaged, outer);
    const module: SourceModule = {
      ir,
      scope: new Scope(outer === undefined ? "module" : "file", outer),
      exports: new Map(),
      passes: [],
      progress: "new",
    };
    byFile.set(ir.file, module);
    if (packaged !== undefined) byPackage.set(packaged, [...(byPackage.get(packaged) ?? []), module]);
    return module;
  });

  const moduleOf = (file: string): SourceModule | undefined => {
    const module = byFile.get(file);
    if (module !== undefined) modules.enter(module);
    return module;
  };

  const cellIn = (module: SourceModule, name: string, seen: Set<SourceModule>): Cell | undefined => {
    if (seen.has(module)) return undefined;
    seen.add(module);
    const own = module.exports.get(name) ?? (module.ir.language === "javascript" ? undefined : module.scope.find(name));
    if (own !== undefined) return own;
    for (const { from, as } of module.passes) {
      if (as !== undefined) continue;
      const found = resolve(module.ir.file, from);
      const next = found.kind === "file" ? moduleOf(found.file) : undefined;
      const cell = next && name !== "default" ? cellIn(next, name, seen) : undefined;
      if (cell !== undefined) return cell;
    }
    return undefined;
  };

  const libraryExport = (machine: Machine, library: string, subpath: string, name: string): Value => {
    const specifier = subpath === "" ? library : `${library}/${subpath}`;
    if (SCHEMA_LIBRARIES.has(library))
      return name === "*" || name === "default" || name === "z"
        ? schemaValue(ANY)
        : { atoms: [{ kind: "native", name, receiver: schemaValue(ANY) }], taints: [] };
    const native = globalFunction(`${specifier.replaceAll("/", ".")}.${name}`) ?? globalFunction(`${specifier}.${name}`);
    const known = machine.models.exported(specifier, name);
    if (known !== undefined) {
      const { member } = known;
      const isPlain =
        member.acts === undefined &&
        member.calls === undefined &&
        member.returns === undefined &&
        member.tool === undefined &&
        member.decorates === undefined;
      if (member.is !== undefined && isPlain) return program.ofType(machine, member.is);
      const own: Value = { atoms: [{ kind: "library", known, name, receiver: undefined }], taints: [] };
      if (native === undefined) return member.is === undefined ? own : join(own, program.ofType(machine, member.is));
    }
    if (native !== undefined) return globalNamed(`${specifier.replaceAll("/", ".")}.${name}`, specifier, name);
    if (name === "*" || name === "default") return { atoms: [{ kind: "namespace", library, subpath }], taints: [] };
    const inner = machine.models.model(`${specifier}/${name}`);
    return {
      atoms: [
        inner === undefined
          ? { kind: "namespace", library, subpath: specifier === library ? name : `${subpath}.${name}` }
          : { kind: "namespace", library, subpath: subpath === "" ? name : `${subpath}/${name}` },
      ],
      taints: [],
    };
  };

  const globalNamed = (dotted: string, specifier: string, name: string): Value => {
    const key = globalFunction(dotted) === undefined ? `${specifier}.${name}` : dotted;
    return { atoms: [{ kind: "native", name: key, receiver: NOTHING }], taints: [] };
  };

  const program: Sources = {
    sources,
    ofPackage: (name) => byPackage.get(name) ?? [],

    bindImport(machine, { from, bindings }: Of<"import">, scope) {
      const found = resolve(machine.activation.module.ir.file, from);
      for (const { imported, local } of bindings) {
        if (found.kind === "library") {
          if (imported !== "*" || local !== "*") scope.declare(local, libraryExport(machine, found.library, found.subpath, imported));
          continue;
        }
        bindOwn(machine, found, imported, local, scope);
      }
      if (found.kind === "file") moduleOf(found.file);
    },

    bindExport(machine, { name, value }: Of<"export">, scope) {
      const { module } = machine.activation;
      const cell = value.kind === "name" ? scope.find(value.name) : undefined;
      if (cell !== undefined) {
        module.exports.set(name, cell);
        return;
      }
      const evaluated = machine.evaluate(value, scope);
      const own = module.exports.get(name);
      if (own !== undefined) own.value = join(own.value, evaluated);
      else module.exports.set(name, { value: evaluated, shared: true });
    },

    passOn(machine, { from, as }: Of<"export-all">) {
      const { module } = machine.activation;
      module.passes.push({ from, as });
      if (as !== undefined) module.exports.set(as, { value: program.imported(machine, from, "*"), shared: true });
      else {
        const found = resolve(module.ir.file, from);
        if (found.kind === "file") moduleOf(found.file);
      }
    },

    imported(machine, from, name) {
      const found = resolve(machine.activation.module.ir.file, from);
      if (found.kind === "library") return libraryExport(machine, found.library, found.subpath, name);
      const module = found.kind === "file" ? moduleOf(found.file) : undefined;
      if (module === undefined) return UNKNOWN;
      return name === "*" ? { atoms: [{ kind: "module", module }], taints: [] } : program.exported(machine, module, name);
    },

    exported(machine, module, name) {
      modules.enter(module);
      const cell = cellIn(module, name, new Set()) ?? packageCell(module, name);
      if (cell !== undefined) return machine.state.read(cell);
      const whole = module.exports.get("*");
      if (whole !== undefined) return machine.member(machine.state.read(whole), name);
      // `require(…).default` and `import x` of a module that exports by name.
      if (name === "default" || name === "module.exports") return { atoms: [{ kind: "module", module }], taints: [] };
      return NOTHING;
    },

    assignExport(_machine, module, name, value) {
      const cell = module.exports.get(name);
      if (cell === undefined) module.exports.set(name, { value, shared: true });
      else cell.value = join(cell.value, value);
    },

    libraryExport,

    global(name) {
      const known = globals.get(name);
      if (known !== undefined) return known;
      const value: Value = { atoms: [{ kind: "native", name, receiver: NOTHING }], taints: [] };
      globals.set(name, value);
      return value;
    },

    register(cls) {
      classes.push(cls);
      for (const { name } of cls.definition.methods)
        holders.set(
          name,
          [...(holders.get(name) ?? []), cls].filter((one) => one.definition.isInterface !== true),
        );
    },

    extended(machine, cls) {
      for (const base of cls.bases) for (const atom of base.atoms) if (atom.kind === "library") extendLibrary(machine, cls, atom);
      decorateMembers(machine, cls);
    },

    holdersOf: (name) => holders.get(name) ?? [],

    fitting(cls) {
      const { name, methods } = cls.definition;
      const fits = new Set(classes.filter((one) => one.definition.implements.some((type) => type.path.at(-1) === name)));
      fits.add(cls);
      // And those that extend one that does.
      for (let before = 0; before < fits.size;) {
        before = fits.size;
        for (const one of classes) if (basesOf(one).some((base) => fits.has(base))) fits.add(one);
      }
      const real = [...fits].filter((one) => one.definition.isInterface !== true);
      if (real.length > 0) return real;
      // Go says nothing: what has the methods fits.
      const wanted = methods.map((method) => method.name);
      if (cls.module.ir.language !== "go" || wanted.length === 0) return [];
      return classes.filter((one) => one.definition.isInterface !== true && wanted.every((method) => methodOf(one, method) !== undefined));
    },

    baseMember(machine, cls, name, self) {
      const found = cls.bases.flatMap((base) =>
        base.atoms.map((atom): Value => {
          if (atom.kind === "class") return program.baseMember(machine, atom.cls, name, self);
          if (atom.kind !== "library" || atom.known.member.returns === undefined) return NOTHING;
          const type = program.ofType(machine, atom.known.member.returns, self);
          const known = machine.models.member(atom.known.member.returns, name);
          return known === undefined ? NOTHING : machine.member(type, name);
        }),
      );
      return join(...found);
    },

    callSuper(machine, bases, args, site) {
      const { self } = machine.activation;
      for (const atom of bases.atoms) {
        if (atom.kind !== "class") continue;
        const own = atom.cls.definition.methods.find((method) => method.style === "constructor");
        if (own !== undefined && self !== undefined)
          machine.callClosure({ definition: own.fn, scope: atom.cls.scope, module: atom.cls.module, cls: atom.cls, self }, args, site);
      }
      return UNKNOWN;
    },

    evaluateField: (_machine, cls, value, self) => modules.evaluateIn(cls, value, self),

    instanceFor(machine, type, scope, at) {
      const [head = "", ...rest] = type.path;
      const cell = scope.find(head);
      let value = cell === undefined ? NOTHING : machine.state.read(cell);
      for (const name of rest) value = machine.member(value, name);
      for (const atom of value.atoms) {
        if (atom.kind === "class") {
          const object = machine.make("instance", at);
          object.cls = atom.cls;
          return objectValue(object);
        }
        if (atom.kind === "library" && atom.known.member.returns !== undefined) return program.ofType(machine, atom.known.member.returns);
        if (atom.kind === "object" && atom.object.type !== undefined) return program.ofType(machine, atom.object.type);
      }
      return NOTHING;
    },

    asUncalled(_machine, cls, run) {
      modules.uncalled(cls.module, cls.definition.name, run);
    },

    callTyped(machine, closure) {
      const params = closure.definition.params.filter(({ style }) => style === undefined);
      const args = params.map((one) => (one.type === undefined ? NOTHING : UNKNOWN));
      return machine.callClosure(closure, given(...args), { at: closure.definition.at, text: closure.definition.name, awaited: true });
    },

    ofType(machine, type, receiver, site) {
      if (type === "?" || type === "error") return UNKNOWN;
      const [kind, of] = /^(list|map):(.*)$/.exec(type)?.slice(1) ?? [];
      if (of !== undefined)
        return collectionOf(machine, kind === "map" ? "map" : "list", program.ofType(machine, of, receiver, site), site?.at ?? 0);
      if (type.startsWith("tuple:")) {
        // Of its own each time: a list that is a part of it is made at the same place.
        const list = machine.make("list", 0);
        for (const [index, part] of type.slice(6).split(",").entries())
          list.write(String(index), program.ofType(machine, part, receiver, site));
        return objectValue(list);
      }
      if (type.startsWith("content:")) {
        const content = type.slice(8) as Content;
        return {
          atoms: [{ kind: "unknown" }],
          taints: (receiver?.taints ?? []).map((taint) => ({ ...taint, content, path: taint.path === "" ? content : taint.path })),
        };
      }
      const object = machine.make("library", site?.at ?? 0, type);
      return objectValue(object, receiver?.taints ?? []);
    },

    originAt(machine, kind, site, name = site.text) {
      if (kind === "tool") return modules.originFresh(kind, name, site);
      const key = `${kind}:${machine.activation.module.ir.file}:${site.at}`;
      const known = origins.get(key) ?? modules.originFresh(kind, name, site);
      origins.set(key, known);
      return known;
    },

    decorate(machine, atom, target, site) {
      const { decorates } = atom.known.member;
      if (decorates?.tool !== undefined) decorateTool(machine, decorates.tool, atom.applied ?? given(), target, site);
      if (decorates?.calls?.consumes !== undefined) {
        const args = atom.applied ?? given();
        const reader = (path: string): Value => read(machine, path, args, undefined);
        const callback = { fn: "arg0", params: decorates.calls.params, consumes: decorates.calls.consumes };
        const named = { ...site, text: nameOf(target) };
        registerConsumer(machine, atom.known, callback, target, named, reader, (one) => holds(machine, one, args, undefined));
      }
      return decorates?.is === undefined ? target : join(target, program.ofType(machine, decorates.is));
    },

    schemaOfType: (machine, type, scope, value) => schemaOf(machine, type, scope, value),
    schemaOfClass: (machine, cls) => schemaOfClass(machine, cls),
  };

  const nameOf = (target: Value): string =>
    target.atoms
      .find((one) => one.kind === "function")
      ?.closure.definition.name.split(".")
      .at(-1) ?? "a handler";

  const decorateTool = (machine: Machine, tool: ToolByDecorator, args: Given, target: Value, site: Site): void => {
    if (tool.onlyWith !== undefined && !speaksOfAny(sources, tool.onlyWith)) return;
    const named = args.positional.flatMap((value) => textsOf(value))[0] ?? textsOf(args.named.get("name") ?? NOTHING)[0];
    const objects = args.positional.flatMap((value) => objectsOf(value));
    const schemas = tool.schema?.map((path) => read(machine, path, args, undefined)) ?? [...args.positional, ...args.named.values()];
    const schema = schemas.map((value) => readSchema(machine, value)).find((one) => one !== undefined);
    const inObject = objects.flatMap((object) => textsOf(object.fields.get("name") ?? NOTHING))[0];
    const all = tool.input.includes("param1") && tool.input !== "params";
    addTool(machine, {
      name: named ?? inObject ?? nameOf(target),
      schema,
      validated: tool.validated,
      all,
      handler: target,
      input: tool.input,
      contextTypes: tool.contextTypes,
      site,
    });
  };

  const packageCell = (module: SourceModule, name: string): Cell | undefined => {
    for (const one of byPackage.get(module.ir.package ?? "") ?? []) {
      const cell = one.scope.find(name);
      if (cell !== undefined) return cell;
    }
    return undefined;
  };

  const bindOwn = (
    machine: Machine,
    found: { readonly kind: string; readonly file?: string; readonly package?: string },
    imported: string,
    local: string,
    scope: Scope,
  ): void => {
    if (found.package !== undefined) {
      const all = byPackage.get(found.package) ?? [];
      for (const module of all) modules.enter(module);
      const [module] = all;
      scope.declare(local, module === undefined ? UNKNOWN : { atoms: [{ kind: "module", module }], taints: [] });
      return;
    }
    const module = found.file === undefined ? undefined : moduleOf(found.file);
    if (module === undefined) return void scope.declare(local, UNKNOWN);
    if (imported === "*" && local === "*") {
      for (const [name, cell] of module.scope.names()) scope.alias(name, cell);
      return;
    }
    const cell = imported === "*" ? undefined : cellIn(module, imported, new Set());
    if (cell !== undefined) {
      scope.alias(local, cell);
      return;
    }
    if (imported !== "*" && module.progress === "running") {
      // A circle: the name is there by the time it is used.
      const pending: Cell = { value: NOTHING, shared: true };
      module.exports.set(imported, pending);
      scope.alias(local, pending);
      return;
    }
    const value =
      imported === "*" ? ({ atoms: [{ kind: "module", module }], taints: [] } as Value) : program.exported(machine, module, imported);
    scope.declare(local, isNothing(value) ? submodule(machine, module, imported) : value);
  };

  /** Python: `from package import module`. */
  const submodule = (machine: Machine, module: SourceModule, name: string): Value => {
    const folder = module.ir.file.replace(/\/?__init__\.py$/, "");
    for (const file of [`${folder}/${name}.py`, `${folder}/${name}/__init__.py`]) {
      const inner = moduleOf(file);
      if (inner !== undefined) return { atoms: [{ kind: "module", module: inner }], taints: [] };
    }
    void machine;
    return UNKNOWN;
  };

  const extendLibrary = (machine: Machine, cls: ClassValue, { known }: Extract<Atom, { kind: "library" }>): void => {
    const type = known.member.returns === undefined ? undefined : machine.models.type(known.member.returns);
    const tool = type?.whenExtended?.tool;
    if (tool === undefined) return;
    const method = methodOf(cls, tool.method);
    if (method === undefined) return;
    const self = typicalInstance(machine, cls);
    const schema = tool.schema === undefined ? undefined : readSchema(machine, machine.member(self, tool.schema));
    const name = tool.name === undefined ? undefined : textsOf(machine.member(self, tool.name))[0];
    const site: Site = { at: method.definition.at, text: cls.definition.name, awaited: true };
    addTool(machine, {
      name: name ?? cls.definition.name,
      schema,
      validated: tool.validated,
      all: false,
      handler: { atoms: [{ kind: "function", closure: { ...method, self } }], taints: [] },
      input: tool.input,
      site,
    });
  };

  const decorateMembers = (machine: Machine, cls: ClassValue): void => {
    for (const { name, fn } of cls.definition.methods) {
      for (const decorator of fn.decorators ?? []) {
        const value = machine.evaluate(decorator.value, cls.scope);
        for (const atom of value.atoms) {
          if (atom.kind !== "library" || atom.known.member.decorates === undefined) continue;
          const method = methodOf(cls, name);
          if (method === undefined) continue;
          const closure: Closure = { ...method, self: typicalInstance(machine, cls) };
          program.decorate(
            machine,
            atom,
            { atoms: [{ kind: "function", closure }], taints: [] },
            { at: decorator.at, text: name, awaited: true },
          );
        }
      }
    }
  };

  return program;
}
