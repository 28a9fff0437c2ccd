import { SLUG } from "@steward/sdk";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useClient } from "../api/client.ts";
import { keys } from "../api/queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { NotFound } from "../shell/NotFound.tsx";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Page } from "../ui/Page.tsx";
import { blankFlow, createFlow } from "./create-flow.ts";
import { ExampleStart } from "./ExampleStart.tsx";

/** A new flow: blank under a slug of one's own, or from an example. */
export function NewFlow() {
  if (!useSession().may("flow.write")) return <NotFound />;
  return (
    <Page
      title={say.newFlow.title}
      trail={
        <Link {...paths.flows()} className="hover:text-text-1">
          {say.flows.title}
        </Link>
      }
    >
      <BlankForm />
      <ExampleStart />
    </Page>
  );
}

function BlankForm() {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [slug, setSlug] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const shownSlug = slug ?? slugOf(name);
  const wrong = tried && !SLUG.test(shownSlug) ? say.newFlow.slugWrong : null;
  const create = useMutation({
    mutationFn: () => createFlow(client, shownSlug, blankFlow(name.trim()), false),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: keys.flows });
      await navigate(paths.flowFile(shownSlug));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== "" && SLUG.test(shownSlug)) create.mutate();
  };
  return (
    <form onSubmit={submit} className="max-w-md space-y-4 px-4 py-6 md:px-6" noValidate>
      <div>
        <h2 className="text-16 font-semibold">{say.newFlow.blank}</h2>
        <p className="text-13 text-text-2">{say.newFlow.blankWhat}</p>
      </div>
      <Field label={say.flows.columns.name} error={tried && name.trim() === "" ? say.settings.needed : null}>
        {(control) => (
          <input
            {...control}
            value={name}
            maxLength={200}
            onChange={(event) => setName(event.target.value)}
            className="field"
          />
        )}
      </Field>
      <Field label={say.newFlow.slug} help={say.newFlow.slugHelp} error={wrong}>
        {(control) => (
          <input
            {...control}
            value={shownSlug}
            maxLength={63}
            onChange={(event) => setSlug(event.target.value)}
            className="field font-mono text-13"
          />
        )}
      </Field>
      {create.isError && <ErrorNote error={create.error} />}
      <Button type="submit" look="primary" disabled={create.isPending}>
        {say.newFlow.create}
      </Button>
    </form>
  );
}

/** A slug made of a name: what is not allowed becomes `-`. */
function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[\u0300-\u036F]/g, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, "");
}
