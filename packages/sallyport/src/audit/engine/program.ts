// The whole program: modules that import one another, classes that stand for interfaces, libraries by their models.
import type { Expression, Module, Statement } from "../ir/ir.ts";
import type { Resolver } from "../frontends/frontend.ts";
import { basesOf, methodOf } from "./classes.ts";
import { baseMember, instanceFor, libraryExport, ofType } from "./library-values.ts";
import type { Machine, Program, Site } from "./machine.ts";
import { given } from "./paths.ts";
import { type Cell, Scope, type SourceModule } from "./scope.ts";
import { decorate, extended } from "./registrations.ts";
import type { Origin } from "./taint.ts";
import { callSuper } from "./super.ts";
import { schemaOf, schemaOfClass } from "./types.ts";
import { type ClassValue, type Closure, isNothing, join, NOTHING, UNKNOWN, type Value } from "./value.ts";

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

  /** All that it gives away, what it passes on too. */
  const namesIn = (module: SourceModule, seen: Set<SourceModule>): readonly string[] => {
    if (seen.has(module)) return [];
    seen.add(module);
    const passed = module.passes.flatMap(({ from, as }) => {
      const found = resolve(module.ir.file, from);
      const next = found.kind === "file" && as === undefined ? moduleOf(found.file) : undefined;
      return next === undefined ? [] : namesIn(next, seen);
    });
    return [...module.exports.keys(), ...passed];
  };

  const program: Sources = {
    sources,
    namesIn: (module) => new Set(namesIn(module, new Set())),
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

    extended,

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

    baseMember,

    callSuper,

    evaluateField: (_machine, cls, value, self) => modules.evaluateIn(cls, value, self),

    instanceFor,

    asUncalled(_machine, cls, run) {
      modules.uncalled(cls.module, cls.definition.name, run);
    },

    callTyped,
    ofType,

    originAt(machine, kind, site, name = site.text) {
      if (kind === "tool") return modules.originFresh(kind, name, site);
      const key = `${kind}:${machine.activation.module.ir.file}:${site.at}`;
      const known = origins.get(key) ?? modules.originFresh(kind, name, site);
      origins.set(key, known);
      return known;
    },

    decorate,
    schemaOfType: (machine, type, scope, value) => schemaOf(machine, type, scope, value),
    schemaOfClass: (machine, cls) => schemaOfClass(machine, cls),
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
    if (module === undefined) {
      scope.declare(local, UNKNOWN);
      return;
    }
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
    scope.declare(local, isNothing(value) ? submodule(module, imported) : value);
  };

  /** Python: `from package import module`. */
  const submodule = (module: SourceModule, name: string): Value => {
    const folder = module.ir.file.replace(/\/?__init__\.py$/, "");
    for (const file of [`${folder}/${name}.py`, `${folder}/${name}/__init__.py`]) {
      const inner = moduleOf(file);
      if (inner !== undefined) return { atoms: [{ kind: "module", module: inner }], taints: [] };
    }
    return UNKNOWN;
  };

  return program;
}

/** As if somebody called it, with arguments of which only the types are known. */
function callTyped(machine: Machine, closure: Closure): Value {
  const params = closure.definition.params.filter(({ style }) => style === undefined);
  const args = params.map((one) => (one.type === undefined ? NOTHING : UNKNOWN));
  return machine.callClosure(closure, given(...args), { at: closure.definition.at, text: closure.definition.name, awaited: true });
}
