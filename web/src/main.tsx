import { CSPProvider } from "@base-ui/react/csp-provider";
import { createClient, createSignInClient, ProblemError } from "@steward/sdk";
import { hashKey, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ClientContext, SignInContext } from "./api/client.ts";
import { isSignedOut } from "./api/explain.ts";
import { createProjectChoice, ProjectChoiceContext } from "./api/project-choice.ts";
import { keys } from "./api/queries.ts";
import "./index.css";
import { createPageRouter } from "./routes.tsx";
import { NoticesProvider } from "./ui/Notices.tsx";

const RETRIES_MAX = 2;
/** What is the same in every project. */
const EVERYWHERE: ReadonlySet<unknown> = new Set([
  keys.session[0],
  "account",
  "entrance",
  "installation",
  "invitation",
]);

/** Composes the page: the client, its cache, the routes. */
function start(element: HTMLElement): void {
  const choice = createProjectChoice(window.localStorage);
  const client = createClient({ baseUrl: window.location.origin, project: choice.id });
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, { queryKey }) => {
        // Whoever finds out that the session is over tells the shell, which asks to sign in.
        if (isSignedOut(error) && queryKey[0] !== keys.session[0])
          void queries.invalidateQueries({ queryKey: keys.session });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 2000,
        // What was asked in one project is no answer in another.
        queryKeyHashFn: (key) => hashKey(EVERYWHERE.has(key[0]) ? key : [choice.id() ?? null, ...key]),
        retry: (failures, error) =>
          failures < RETRIES_MAX && error instanceof ProblemError && (error.status === 0 || error.status >= 500),
      },
    },
  });
  createRoot(element).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <ClientContext value={client}>
          <SignInContext value={createSignInClient({ baseUrl: window.location.origin })}>
            <ProjectChoiceContext value={choice}>
              <QueryClientProvider client={queries}>
                <NoticesProvider>
                  <RouterProvider router={createPageRouter()} />
                </NoticesProvider>
              </QueryClientProvider>
            </ProjectChoiceContext>
          </SignInContext>
        </ClientContext>
      </CSPProvider>
    </StrictMode>,
  );
}

const root = document.querySelector<HTMLElement>("#root");
if (root) start(root);
