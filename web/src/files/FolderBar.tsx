import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { visible } from "../visible.ts";
import { crumbsOf } from "./file-path.ts";

const { files: words } = say.data;
const CRUMB = "rounded-sm text-text-2 hover:text-text-1 hover:underline";

/** Where one is in the volume: each folder on the way is a link. */
export function FolderBar({ folder }: { folder: string }) {
  const crumbs = crumbsOf(folder);
  return (
    <nav aria-label={words.crumbs} className="flex min-w-0 flex-wrap items-center gap-1.5 text-13">
      {crumbs.length === 0 ? (
        <span className="font-medium" aria-current="page">
          {words.root}
        </span>
      ) : (
        <Link {...paths.files()} className={CRUMB}>
          {words.root}
        </Link>
      )}
      {crumbs.map(({ name, path }) => (
        <Fragment key={path}>
          <span aria-hidden className="text-text-3">
            /
          </span>
          {path === folder ? (
            <span className="font-medium break-all" aria-current="page">
              {visible(name)}
            </span>
          ) : (
            <Link {...paths.files({ folder: path })} className={`${CRUMB} break-all`}>
              {visible(name)}
            </Link>
          )}
        </Fragment>
      ))}
    </nav>
  );
}
