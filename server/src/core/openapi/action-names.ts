const NAME_CHARACTERS_MAX = 63;
const PLAIN_CHARACTERS_MAX = 52;

export interface NamedPlace {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
}

/**
 * A name for each operation, none twice: its own id as a name can be written, else its method and path. It depends on
 * nothing else in the document, unless two operations want the same one: then both carry their method and path.
 */
export function nameActions(places: readonly NamedPlace[]): readonly string[] {
  const wished = places.map(({ operationId, method, path }) => plainName(operationId) ?? placeName(method, path));
  const counts = new Map<string, number>();
  for (const name of wished) counts.set(name, (counts.get(name) ?? 0) + 1);
  const taken = new Set(wished.filter((name) => counts.get(name) === 1));
  return places.map(({ method, path }, at) => {
    const name = wished[at] ?? "";
    if (counts.get(name) === 1) return name;
    const long = `${name}_${placeName(method, path)}`;
    const unique = long.length > NAME_CHARACTERS_MAX || taken.has(long) ? marked(name, `${method} ${path}`) : long;
    taken.add(unique);
    return unique;
  });
}

/** `issues/list-comments` as `issues_list_comments`; null when nothing of it is left. */
function plainName(text: string): string | null {
  const words = text
    .slice(0, 500)
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .replaceAll(/^[_0-9]+|_+$/g, "");
  if (words === "") return null;
  const name = words.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (first) => first.toLowerCase());
  return name.length > PLAIN_CHARACTERS_MAX ? marked(name, text) : name;
}

function placeName(method: string, path: string): string {
  return plainName(`${method.toLowerCase()} ${path}`) ?? method.toLowerCase();
}

/** Shortened, with a mark of the whole text (FNV-1a, 32 bits). */
function marked(name: string, text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return `${name.slice(0, PLAIN_CHARACTERS_MAX)}_${hash.toString(36)}`;
}
