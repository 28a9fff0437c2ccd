/** Lines of facts under each other, their values aligned; those without a value are left out. */
export function factLines(facts: readonly (readonly [name: string, value: string | number | null])[]): string[] {
  const told = facts.filter(([, value]) => value !== null && value !== "");
  const width = Math.max(0, ...told.map(([name]) => name.length));
  return told.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}
