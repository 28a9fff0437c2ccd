/** A statement that somebody else wrote, on the wire: described first, then bound by its own types, run to a row limit. */
import type { Connection, Submittable } from "pg";
import {
  ForeignStatementError,
  type ForeignAnswer,
  type ForeignStatement,
} from "../../core/ports/project-databases.ts";
import { jsonToSql, sqlToJson, sqlTypeName } from "../../core/table/sql-json.ts";
import type { Json } from "../../core/json.ts";

/** The subset of the driver's connection that we use (pg/lib/connection.js); its types leave most of it out. */
interface Wire {
  readonly stream: {
    on(event: "data", listen: (bytes: Buffer) => void): void;
    off(event: "data", listen: (bytes: Buffer) => void): void;
    destroy(): void;
  };
  parse(query: { readonly name: string; readonly text: string }): void;
  describe(what: { readonly type: "S"; readonly name: string }): void;
  bind(what: { readonly values: readonly (string | null)[] }): void;
  execute(what: { readonly rows: number }): void;
  flush(): void;
  sync(): void;
  once(event: "parameterDescription", listen: (message: { readonly dataTypeIDs: readonly number[] }) => void): void;
  off(event: "parameterDescription", listen: (message: { readonly dataTypeIDs: readonly number[] }) => void): void;
}

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

/**
 * One statement by the extended protocol, which takes no more than one (PostgreSQL documentation, "Message Flow").
 * A driver's `Submittable`: it hears the answers while it is the connection's active one. Settles when the connection
 * is ready again; rejects with the server's error or a `ForeignStatementError`. An answer beyond `bytesMax` breaks the
 * connection at once, wherever in a row it is, so that no answer fills this process.
 */
export class ForeignQuery implements Submittable {
  readonly answer: Promise<ForeignAnswer>;
  /** The command that was done, as the server names it. */
  command = "";
  readonly #statement: ForeignStatement;
  readonly #settle: PromiseWithResolvers<ForeignAnswer>;
  #fields: readonly Field[] = [];
  #rows: Record<string, Json>[] = [];
  #changed = 0;
  #bytes = 0;
  #failure: unknown = null;
  #stopListening: () => void = () => undefined;

  constructor(statement: ForeignStatement) {
    this.#statement = statement;
    this.#settle = Promise.withResolvers();
    this.answer = this.#settle.promise;
  }

  submit(connection: Connection): void {
    const wire = asWire(connection);
    const onBytes = (bytes: Buffer): void => {
      this.#bytes += bytes.length;
      if (this.#bytes <= this.#statement.bytesMax) return;
      this.#failure ??= tooLarge(this.#statement.bytesMax);
      wire.stream.destroy();
    };
    const onParameters = ({ dataTypeIDs }: { readonly dataTypeIDs: readonly number[] }): void => {
      this.#bindAndRun(wire, dataTypeIDs);
    };
    wire.stream.on("data", onBytes);
    wire.once("parameterDescription", onParameters);
    this.#stopListening = () => {
      wire.stream.off("data", onBytes);
      wire.off("parameterDescription", onParameters);
    };
    wire.parse({ name: "", text: this.#statement.text });
    wire.describe({ type: "S", name: "" });
    wire.flush();
  }

  #bindAndRun(wire: Wire, types: readonly number[]): void {
    const { values, rowsMax } = this.#statement;
    const bound = values.map((value, at) => jsonToSql(types[at] ?? 0, value));
    const unfit = bound.indexOf(undefined);
    if (values.length !== types.length) {
      const text = `the statement has places for ${types.length} values ($1, $2, …) and got ${values.length}`;
      this.#failure = new ForeignStatementError("sql_values", text);
    } else if (unfit >= 0) {
      this.#failure = new ForeignStatementError("sql_values", `value ${unfit + 1} is to be a list`);
    } else if (bound.some((one) => one?.includes("\0"))) {
      this.#failure = new ForeignStatementError(
        "sql_values",
        "a value holds U+0000, which no text in the database can",
      );
    } else {
      wire.bind({ values: bound.map((one) => one ?? null) });
      wire.execute({ rows: rowsMax + 1 });
      wire.flush();
      return;
    }
    wire.sync();
  }

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    this.#fields = fields;
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    if (this.#failure !== null || this.#rows.length > this.#statement.rowsMax) return;
    this.#rows.push(
      Object.fromEntries(
        this.#fields.map((field, at) => [field.name, sqlToJson(field.dataTypeID, fields[at] ?? null)]),
      ),
    );
  }

  handleCommandComplete({ text }: { readonly text: string }, connection: Connection): void {
    this.command = text.replace(/[\d ]+$/, "");
    this.#changed = Number(/\d+$/.exec(text)?.[0] ?? 0);
    asWire(connection).sync();
  }

  handlePortalSuspended(connection: Connection): void {
    this.#failure ??= tooManyRows(this.#statement.rowsMax);
    asWire(connection).sync();
  }

  handleEmptyQuery(connection: Connection): void {
    this.#failure ??= new ForeignStatementError("sql_error", "there is no statement in the text");
    asWire(connection).sync();
  }

  handleCopyInResponse(connection: Connection & { sendCopyFail(why: string): void }): void {
    connection.sendCopyFail("COPY is not for statements of flows");
  }

  handleCopyData(): void {
    this.#failure ??= new ForeignStatementError("sql_error", "COPY is not for statements of flows");
  }

  /** Called when the connection ends too; then no ready follows. */
  handleError(error: Error, connection: Connection): void {
    this.#stopListening();
    asWire(connection).sync();
    this.#settle.reject(this.#failure ?? error);
  }

  handleReadyForQuery(): void {
    this.#stopListening();
    if (this.#rows.length > this.#statement.rowsMax) this.#failure ??= tooManyRows(this.#statement.rowsMax);
    if (this.#failure !== null) return this.#settle.reject(this.#failure);
    const columns = this.#fields.map(({ name, dataTypeID }) => ({ name, type: sqlTypeName(dataTypeID) }));
    const rowCount = this.#fields.length > 0 ? this.#rows.length : this.#changed;
    return this.#settle.resolve({ rows: this.#rows, rowCount, columns });
  }
}

function asWire(connection: Connection): Wire {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the driver itself calls on it
  return connection as unknown as Wire;
}

function tooManyRows(rowsMax: number): ForeignStatementError {
  const text = `it gives more than ${rowsMax} rows and was undone: add a limit to it, or raise rows`;
  return new ForeignStatementError("sql_too_many_rows", text);
}

function tooLarge(bytesMax: number): ForeignStatementError {
  const text = `its answer is larger than ${bytesMax} bytes and it was undone: select less, or page by page`;
  return new ForeignStatementError("sql_too_large", text);
}
