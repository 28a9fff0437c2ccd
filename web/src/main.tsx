import { CSPProvider } from "@base-ui/react/csp-provider";
import { createClient, ProblemError } from "@steward/sdk";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ClientContext } from "./api/client.ts";
import { isSignedOut } from "./api/explain.ts";
import { keys } from "./api/queries.ts";
import "./index.css";
import { createPageRouter } from "./routes.tsx";
import { NoticesProvider } from "./ui/Notices.tsx";

const RETRIES_MAX = 2;

/** Composes the page: the client, its cache, the routes. */
function start(element: HTMLElement): void {
  const client = createClient({ baseUrl: window.location.origin });
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, { queryKey }) => {
        // Whoever finds out that the session is over tells the shell, which asks to sign in.
        if (isSignedOut(error) && queryKey[0] !== keys.me[0]) void queries.invalidateQueries({ queryKey: keys.me });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 2000,
        retry: (failures, error) =>
          failures < RETRIES_MAX && error instanceof ProblemError && (error.status === 0 || error.status >= 500),
      },
    },
  });
  createRoot(element).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <ClientContext value={client}>
          <QueryClientProvider client={queries}>
            <NoticesProvider>
              <RouterProvider router={createPageRouter()} />
            </NoticesProvider>
          </QueryClientProvider>
        </ClientContext>
      </CSPProvider>
    </StrictMode>,
  );
}

const root = document.querySelector<HTMLElement>("#root");
if (root) start(root);
