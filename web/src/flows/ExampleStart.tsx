import type { Example } from "@steward/sdk";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { examplesQuery, keys } from "../api/queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { useNotices } from "../ui/Notices.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { createFlow, freeSlug } from "./create-flow.ts";
import { inOrderOfNeed } from "./example-order.ts";

/** The examples that come with Steward, each created, published and opened with one press; nothing for who may not. */
export function ExampleStart() {
  return useSession().may("flow.write") ? <Examples /> : null;
}

function Examples() {
  const client = useClient();
  const examples = useQuery(examplesQuery(client));
  const start = useExampleStart();
  if (examples.isPending) return <Skeleton rows={4} />;
  if (examples.isError) {
    return (
      <div className="p-4 md:px-6">
        <ErrorNote error={examples.error} retry={() => void examples.refetch()} />
      </div>
    );
  }
  if (examples.data.items.length === 0) return null;
  return (
    <section aria-labelledby="examples" className="max-w-3xl px-4 pb-10 md:px-6">
      <h2 id="examples" className="pb-2 text-13 font-medium text-text-2">
        {say.newFlow.from}
      </h2>
      <ul className="divide-y divide-line rounded-md border border-line">
        {inOrderOfNeed(examples.data.items).map((example) => (
          <li key={example.slug} className="flex items-center gap-4 py-2.5 pr-3 pl-4">
            <div className="min-w-0 flex-1">
              <p className="font-medium">{example.name}</p>
              <p className="text-13 text-text-2">{example.description}</p>
            </div>
            <Button
              aria-label={say.newFlow.startWith(example.name)}
              disabled={start.isPending}
              onClick={() => start.mutate(example)}
            >
              {say.newFlow.start}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function useExampleStart() {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { may } = useSession();
  const { tell, fail } = useNotices();
  return useMutation({
    mutationFn: async (example: Example) => {
      const slug = await freeSlug(client, example.slug);
      await createFlow(client, slug, example.file, false);
      if (!may("flow.publish")) return { slug, published: false };
      // A draft that can't be published yet is still worth opening: its problems say what it needs.
      const published = await client.publishFlow({ slug }).then(
        () => true,
        (error: unknown) => {
          fail(error);
          return false;
        },
      );
      return { slug, published };
    },
    onSuccess: async ({ slug, published }, { name }) => {
      if (published) tell(say.newFlow.published(name));
      await queries.invalidateQueries({ queryKey: keys.flows });
      await navigate(paths.flow(slug));
    },
    onError: fail,
  });
}
