/** What waits for room, in a line for each tenant: the tenants take turns. */
export class Turns<Item> {
  /** In the order of their turns; none of them empty. */
  readonly #lines = new Map<string, Item[]>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(tenant: string, item: Item): void {
    const line = this.#lines.get(tenant);
    if (line) line.push(item);
    else this.#lines.set(tenant, [item]);
    this.#length++;
  }

  take(): Item | undefined {
    const next = this.#lines.entries().next().value;
    if (next === undefined) return undefined;
    const [tenant, line] = next;
    const item = line.shift();
    this.#length--;
    this.#lines.delete(tenant);
    if (line.length > 0) this.#lines.set(tenant, line);
    return item;
  }

  remove(tenant: string, item: Item): void {
    const line = this.#lines.get(tenant);
    const at = line?.indexOf(item) ?? -1;
    if (!line || at < 0) return;
    line.splice(at, 1);
    this.#length--;
    if (line.length === 0) this.#lines.delete(tenant);
  }
}
