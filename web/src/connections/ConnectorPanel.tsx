import type { Consent } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { connectorQuery } from "../api/connection-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { visible } from "../visible.ts";
import type { Connector } from "./ActionsWanted.tsx";
import { ConnectForm, type Wanted } from "./ConnectForm.tsx";
import { ConsentView } from "./ConsentView.tsx";
import { OAuthClientPart } from "./OAuthClientPart.tsx";

const { connections: words } = say;

/** One provider: what it is, and connecting an account there. */
export function ConnectorPanel({ id, wanted, close }: { id: string; wanted: Wanted; close: () => void }) {
  const { here } = useSession();
  const found = useQuery(connectorQuery(useClient(), here.project.id, id));
  const title = words.catalogue.panel(found.data?.title ?? id);
  return (
    <Panel title={title} label={title} close={close} wide>
      {found.isPending && <Skeleton rows={4} />}
      {found.isError && (
        <div className="p-4">
          <ErrorNote error={found.error} retry={() => void found.refetch()} />
        </div>
      )}
      {found.data && <Provider connector={found.data} wanted={wanted} />}
    </Panel>
  );
}

function Provider({ connector, wanted }: { connector: Connector; wanted: Wanted }) {
  const { may } = useSession();
  const [consent, setConsent] = useState<Consent | null>(null);
  const { summary, hosts, placed, takesAddress, triedAgainst, redirectUrl, setUp } = connector;
  const navigate = useNavigate();
  return (
    <div className="space-y-6 p-4">
      <div className="space-y-1 text-13">
        <p>{visible(summary)}</p>
        <p className="text-text-2">
          {hosts.length > 0 && !takesAddress && `${words.hosts}: ${hosts.map(visible).join(", ")}. `}
          {placed && `${words.catalogue.placed} `}
          {triedAgainst !== "" && words.catalogue.triedAgainst(triedAgainst)}
        </p>
      </div>
      {redirectUrl === null && setUp.length > 0 && (
        <section aria-label={words.form.setUp} className="space-y-1 text-13">
          <h3 className="font-medium">{words.form.setUp}</h3>
          <ol className="list-decimal space-y-1 pl-5">
            {setUp.map((step) => (
              <li key={step} className="break-words">
                {visible(step)}
              </li>
            ))}
          </ol>
        </section>
      )}
      {may("connection.write") &&
        (consent === null ? (
          <ConnectForm connector={connector} wanted={wanted} made={setConsent}>
            {(chosen, toSave) =>
              redirectUrl !== null && (
                <OAuthClientPart connector={connector} chosen={chosen} redirectUrl={redirectUrl} toSave={toSave} />
              )
            }
          </ConnectForm>
        ) : (
          <ConsentView
            consent={consent}
            title={connector.title}
            differently={() => void navigate(paths.connections({ open: consent.connection.slug }))}
          />
        ))}
    </div>
  );
}
