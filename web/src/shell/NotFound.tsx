import { Link } from "@tanstack/react-router";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Page } from "../ui/Page.tsx";

export function NotFound() {
  return (
    <Page title={say.notFound.title}>
      <EmptyState title={say.notFound.title} what={say.notFound.what}>
        <Link {...paths.flows()} className={buttonClasses("plain")}>
          {say.notFound.way}
        </Link>
      </EmptyState>
    </Page>
  );
}
