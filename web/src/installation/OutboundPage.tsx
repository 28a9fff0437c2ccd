import { useInfiniteQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { outboundQuery } from "../api/installation-queries.ts";
import { useSignedIn } from "../api/session.ts";
import { useNow } from "../clock.ts";
import { say } from "../language.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { bytesWords, clockWords, countWords } from "../words.ts";
import { InstallationFrame } from "./InstallationFrame.tsx";

const { outbound: words } = say.people.installation;

/** The ledger of what the installation itself connected to. */
export function OutboundPage() {
  const { account } = useSignedIn();
  const now = useNow(60_000);
  const list = useInfiniteQuery({ ...outboundQuery(useClient()), enabled: account.operator });
  return (
    <InstallationFrame>
      <p className="max-w-[72ch] px-4 py-4 text-13 text-text-2 md:px-6">{words.what}</p>
      <Listed list={list} noun={words.noun} empty={<EmptyState title={words.none} what={words.noneWhat} />}>
        {(rows) => (
          <Table
            label={words.title}
            columns={[
              { name: words.host },
              { name: words.purpose, className: "w-32" },
              { name: words.hour, className: "w-36", wide: true },
              { name: words.count, className: "w-28", right: true },
              { name: words.bytes, className: "w-24", right: true, wide: true },
              { name: words.last, className: "w-28", right: true, wide: true },
            ]}
          >
            {rows.map(({ hour, host, port, purpose, count, bytes, lastAt }) => (
              <Row key={`${hour} ${host}:${port} ${purpose}`}>
                <Cell className="font-mono text-12">
                  {visible(host)}:{port}
                </Cell>
                <Cell className="text-13">{words.purposes[purpose]}</Cell>
                <Cell wide className="text-13 text-text-2">
                  {clockWords(Date.parse(hour), now)}
                </Cell>
                <Cell right className="text-13">
                  {countWords(count)}
                </Cell>
                <Cell right wide className="text-13 text-text-2">
                  {bytes === null ? "–" : bytesWords(bytes)}
                </Cell>
                <Cell right wide className="text-13 text-text-2">
                  <Time at={lastAt} />
                </Cell>
              </Row>
            ))}
          </Table>
        )}
      </Listed>
    </InstallationFrame>
  );
}
