// Claims, limits, the call ledger, dead letters and the trail in PostgreSQL.
import { SallyportError } from "@sallyport/guard";
import { type Address, optionIn } from "../brokers/address.ts";
import { type Check, PASSWORD, type Role, userOf, type Wrong } from "../brokers/broker.ts";
import { type Refusal, refused, unreachable } from "../brokers/unreachable.ts";
import type { Store } from "./store.ts";

const PORT = 5432;
const SCHEMA = "sallyport";
/** Above what the worker has out at once, since an effect has a connection to itself. */
const MOST_CONNECTIONS = 20;
const CONNECT_WITHIN_MS = 5000;

/** Off the machine a certificate is asked for and looked at, unless the address says otherwise. */
const encrypts = (address: Address): boolean => (sslmodeOf(address) ?? (address.isLoopback ? "disable" : "verify-full")) === "verify-full";
const sslmodeOf = (address: Address) => optionIn(address, "sslmode", ["disable", "verify-full"]);

export const postgres: Store = {
  name: "postgres",
  // It begins in plaintext on the same port: what is encrypted is in the options.
  schemes: new Map([
    ["postgres", true],
    ["postgresql", true],
  ]),
  options: new Map([["sslmode", "verify-full, the default off this machine, or disable"]]),
  example: "postgres://USER:PASSWORD@HOST[:PORT]/DATABASE",
  exposures: (address) => [
    ...(encrypts(address) ? [] : ["the connection is not encrypted: who is on the way reads and changes everything, the password too"]),
    ...(address.password === undefined ? ["no password is given: whoever reaches the server may do as much"] : []),
    ...(address.user === "postgres" && address.password === "postgres" ? ["user and password are those that everyone tries first"] : []),
  ],
  open: async (address, { onNotice }) => {
    const [
      { default: pg },
      { Postgres },
      { PostgresClaims },
      { PostgresLedger, PostgresLimits },
      { PostgresDeadLetters },
      { PostgresTrail },
    ] = await Promise.all([
      import("pg"),
      import("@sallyport/guard/postgres"),
      import("@sallyport/guard/stores/postgres-claims"),
      import("@sallyport/guard/stores/postgres-limits"),
      import("@sallyport/guard/stores/postgres-dead-letters"),
      import("@sallyport/guard/stores/postgres-trail"),
    ]);
    const [host, another] = address.hosts;
    // The first of several may be a standby: which of them takes what is written, one name in front of them has to know.
    if (another !== undefined) {
      throw new SallyportError("ERR_CONFIG_INVALID", "the address of PostgreSQL has one host", {
        place: String(address),
        remedy: `Write ${postgres.example}; the servers of a cluster are behind one name.`,
      });
    }
    const pool = new pg.Pool({
      host: host?.name ?? "localhost",
      port: host?.port ?? PORT,
      ...(address.user !== undefined && { user: address.user }),
      ...(address.password !== undefined && { password: address.password }),
      ...(address.path !== "" && { database: address.path }),
      ssl: encrypts(address),
      max: MOST_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      application_name: "sallyport",
      keepAlive: true,
    });
    const failed = (error: unknown) => failureOf(address, error);
    // A connection that nobody uses and that ends would else end the process.
    pool.on("error", (error) => onNotice("a connection to PostgreSQL", failed(error)));
    try {
      await pool.query("SELECT 1");
    } catch (error) {
      await pool.end();
      throw failed(error);
    }
    const asked = new Postgres(pool, { schema: SCHEMA });
    return {
      claims: new PostgresClaims(asked),
      limits: new PostgresLimits(asked),
      ledger: new PostgresLedger(asked),
      deadLetters: new PostgresDeadLetters(asked),
      trail: new PostgresTrail(asked),
      answers: async () => void (await pool.query("SELECT 1")),
      checks: (role) => checksOf(async (sql) => (await pool.query<Record<string, string>>(sql)).rows[0] ?? {}, role),
      // The tables are made before the first statement.
      declare: async () => void (await asked.query("SELECT 1", [])),
      close: () => pool.end(),
    };
  },
  rights: (layout, role) => {
    const user = `"${userOf(layout, role)}"`;
    const grants = GRANTS[role].map(
      ([rights, tables]) => `GRANT ${rights} ON ${tables.map((table) => `${SCHEMA}.${table}`).join(", ")} TO ${user};`,
    );
    return {
      role,
      user: userOf(layout, role),
      goes: "to psql, of the user that has made the tables with `sallyport topology --apply`",
      text: [
        // PostgreSQL has no CREATE ROLE IF NOT EXISTS: what is sent again sets the password anew, and ends without an error.
        `DO $$ BEGIN CREATE ROLE ${user}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;`,
        `ALTER ROLE ${user} LOGIN PASSWORD '${PASSWORD}';`,
        `GRANT USAGE ON SCHEMA ${SCHEMA} TO ${user};`,
        ...grants,
      ].join("\n"),
    };
  },
};

/** By SQLSTATE. */
const LOGIN: Refusal = {
  why: "refuses the login: it knows no such user with this password, or does not let it in from here",
  remedy: "Compare the address with the server's users and with its pg_hba.conf.",
};
const REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  ["28P01", LOGIN],
  ["28000", LOGIN],
  ["3D000", { why: "has no database of this name", remedy: "Create it, or correct what stands after the host's slash." }],
  ["53300", { why: "has no connection left", remedy: "Raise max_connections, or end what holds them." }],
  ["57P03", { why: "is starting or stopping", remedy: "Wait, and see its log." }],
]);

function failureOf(address: Address, error: unknown): SallyportError {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  const refusal = typeof code === "string" ? REFUSALS.get(code) : undefined;
  const failure = "ERR_STORE_UNAVAILABLE";
  return refusal === undefined ? unreachable("PostgreSQL", address, error, failure) : refused("PostgreSQL", address, refusal, failure);
}

type Grant = readonly [rights: string, tables: readonly string[]];
const ALL = "SELECT, INSERT, UPDATE, DELETE";
/** Nothing that is on the trail can be changed or removed with this (OPS-01). */
const APPENDS: Grant = ["SELECT, INSERT", ["trail"]];
const GRANTS: Readonly<Record<Role, readonly Grant[]>> = {
  server: [[ALL, ["counters", "spends", "calls"]], APPENDS],
  worker: [[ALL, ["claims"]], ["SELECT, INSERT", ["dead_letters"]], APPENDS],
  operator: [["SELECT, DELETE", ["dead_letters"]], APPENDS],
};

type Row = (sql: string) => Promise<Readonly<Record<string, string>>>;

/** Tables that are not there are made by whoever may, or the schema is found to be closed. */
const rightsOf = (row: Row, role: Role): Check => ({
  name: "rights",
  looks: `the rights of the ${role} on the tables`,
  run: async () => {
    const needed = GRANTS[role].flatMap(([rights, tables]) =>
      tables.flatMap((table) => rights.split(", ").map((right) => `('${SCHEMA}.${table}', '${right}')`)),
    );
    const { missing } = await row(`SELECT string_agg(name || ': ' || privilege, ', ') AS missing
      FROM (VALUES ${needed.join(", ")}) AS needed(name, privilege)
      WHERE to_regclass(name) IS NOT NULL AND NOT has_table_privilege(to_regclass(name), privilege)`);
    if (!missing) return [];
    const breaks = "what the role does there is refused, and it waits (REP-12)";
    return [{ what: `this user may not: ${missing}`, breaks, mend: `sallyport acl CONTRACT --store postgres --role ${role}, to psql` }];
  },
});

function checksOf(row: Row, role: Role | undefined): readonly Check[] {
  const setting = (name: string, breaks: string, mend: string): Check => ({
    name,
    looks: name,
    run: async (): Promise<readonly Wrong[]> => {
      const { value } = await row(`SELECT current_setting('${name}') AS value`);
      return value === "off" ? [{ what: `${name} is off`, breaks, mend }] : [];
    },
  });
  const lost = "claims that were confirmed are taken back by a crash, and their events handled again (REP-10)";
  return [
    setting("fsync", lost, "ALTER SYSTEM SET fsync = on; then restart the server"),
    setting("synchronous_commit", lost, "ALTER ROLE … SET synchronous_commit = on; for the role that the guard uses"),
    {
      name: "writable",
      looks: "whether the server takes what is written",
      run: async () => {
        const { reads, standby } = await row(
          "SELECT current_setting('transaction_read_only') AS reads, pg_is_in_recovery()::text AS standby",
        );
        if (reads !== "on") return [];
        const isStandby = standby === "true";
        return [
          {
            what: isStandby ? "the server is a standby" : "default_transaction_read_only is on",
            breaks: "nothing can be claimed, limited or written on the trail (REP-12, OPS-01)",
            mend: isStandby
              ? "Write the address of its primary, or one that leads to whichever server is the primary."
              : "ALTER ROLE … SET default_transaction_read_only = off; for the role that the guard uses",
          },
        ];
      },
    },
    {
      name: "schema",
      looks: "the schema sallyport, and whether this user may use or create it",
      run: async () => {
        const { fits } = await row(`SELECT CASE WHEN to_regnamespace('${SCHEMA}') IS NULL
          THEN has_database_privilege(current_database(), 'CREATE') ELSE has_schema_privilege('${SCHEMA}', 'USAGE') END::text AS fits`);
        if (fits === "true") return [];
        return [
          {
            what: `this user may neither use nor create the schema ${SCHEMA}`,
            breaks: "nothing can be claimed, and so nothing is handled (REP-12)",
            mend: `CREATE SCHEMA ${SCHEMA} AUTHORIZATION …; as a user who may`,
          },
        ];
      },
    },
    ...(role === undefined ? [] : [rightsOf(row, role)]),
  ];
}
