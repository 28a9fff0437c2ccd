/** Paths of the volume as the page shows and makes them. Pure; the server has the last word. */

export function joinPath(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `a/b` of `a/b/c.txt`, empty at the top. */
export function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}

/** The folders on the way to a folder, itself last, each with its own path. */
export function crumbsOf(folder: string): readonly { readonly name: string; readonly path: string }[] {
  if (folder === "") return [];
  const names = folder.split("/");
  return names.map((name, at) => ({ name, path: names.slice(0, at + 1).join("/") }));
}

/** Whether each part could be a name; what else a name can't be, the server says. */
export function isPath(path: string): boolean {
  return path !== "" && path.split("/").every((name) => name !== "" && name.trim() === name && !/^\.+$/.test(name));
}
