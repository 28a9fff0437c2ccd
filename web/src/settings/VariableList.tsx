import type { Variable } from "@steward/sdk";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { keys, variablesQuery } from "../api/queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { More } from "../ui/More.tsx";
import { useNotices } from "../ui/Notices.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { Cell, Row, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { NothingHere, Section } from "./Section.tsx";

/** Plain configuration that expressions read. */
export function VariableList() {
  const list = useInfiniteQuery(variablesQuery(useClient()));
  const able = useSession().may("variable.write");
  const variables = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const { settings } = say;
  return (
    <Section
      id="variables"
      title={settings.variables}
      what={settings.variablesWhat}
      action={
        able && (
          <Link {...paths.settings({ set: "variable" })} className={buttonClasses("plain")}>
            {settings.setVariable}
          </Link>
        )
      }
    >
      {list.isPending && <Skeleton rows={3} />}
      {list.isError && (
        <div className="px-4 md:px-6">
          <ErrorNote error={list.error} retry={() => void list.refetch()} />
        </div>
      )}
      {list.isSuccess && variables.length === 0 && (
        <NothingHere title={settings.noVariables} what={settings.noVariablesWhat} />
      )}
      {variables.length > 0 && (
        <>
          <Table
            label={settings.variables}
            columns={[
              { name: settings.name, className: "w-[30%]" },
              { name: settings.value },
              { name: settings.set, className: "w-36", wide: true },
              ...(able ? [{ name: settings.actions, className: "w-44", right: true }] : []),
            ]}
          >
            {variables.map((variable) => (
              <VariableRow key={variable.name} variable={variable} able={able} />
            ))}
          </Table>
          {list.hasNextPage && (
            <More
              count={variables.length}
              noun={settings.variableNoun}
              next={() => void list.fetchNextPage()}
              busy={list.isFetchingNextPage}
            />
          )}
        </>
      )}
    </Section>
  );
}

function VariableRow({ variable: { name, value, setAt }, able }: { variable: Variable; able: boolean }) {
  return (
    <Row>
      <Cell className="font-mono text-13">{name}</Cell>
      <Cell className="font-mono text-12 text-text-2">{JSON.stringify(value)}</Cell>
      <Cell wide className="text-13 text-text-2">
        <Time at={setAt} />
      </Cell>
      {able && (
        <Cell right>
          <VariableActs name={name} value={value} />
        </Cell>
      )}
    </Row>
  );
}

function VariableActs({ name, value }: Pick<Variable, "name" | "value">) {
  const { settings } = say;
  const erase = useErase(name, value);
  return (
    <span className="inline-flex gap-1">
      <Link
        {...paths.settings({ set: "variable", name })}
        aria-label={`${settings.change}: ${name}`}
        className={buttonClasses("quiet", "h-7")}
      >
        {settings.change}
      </Link>
      <Button look="quiet" className="h-7" aria-label={`${settings.erase}: ${name}`} onClick={() => erase.mutate()}>
        {settings.erase}
      </Button>
    </span>
  );
}

/** Erases at once; its value is known here, so it can be set again. */
function useErase(name: string, value: Variable["value"]) {
  const client = useClient();
  const queries = useQueryClient();
  const { tell, fail } = useNotices();
  const refresh = () => queries.invalidateQueries({ queryKey: keys.variables });
  return useMutation({
    mutationFn: () => client.deleteVariable({ name }),
    onSuccess: async () => {
      tell(say.settings.erased(name), () => void client.putVariable({ name, body: { value } }).then(refresh, fail));
      await refresh();
    },
    onError: fail,
  });
}
