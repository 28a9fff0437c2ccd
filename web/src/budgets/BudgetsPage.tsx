import type { Budget } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useClient } from "../api/client.ts";
import { budgetsQuery } from "../api/grant-queries.ts";
import { useSession } from "../api/session.ts";
import { amountWords } from "../grants/amount-words.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { NotYours } from "../shell/NotYours.tsx";
import { ActionMenu } from "../ui/ActionMenu.tsx";
import { buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Page } from "../ui/Page.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { BudgetBar } from "./BudgetBar.tsx";
import { BudgetPanel } from "./BudgetPanel.tsx";
import { useBudgetName } from "./use-budget-name.ts";
import { useLineSentence } from "./use-line-sentence.ts";
import { NewBudgetPanel } from "./NewBudgetPanel.tsx";

const { budgets: words } = say;

/** What may be spent, and what was: of the project, of what is in it, and of its organization. */
export function BudgetsPage() {
  const { here, may } = useSession();
  if (may("budget.read")) return <BudgetsParts />;
  return (
    <Page title={words.title}>
      <NotYours needs="budget.read" organization={here.organization.name} />
    </Page>
  );
}

function BudgetsParts() {
  const { here, may } = useSession();
  const { budget } = useSearch({ from: "/budgets" });
  const navigate = useNavigate();
  const go = (open?: string) => void navigate(paths.budgets({ budget: open }));
  const list = useInfiniteQuery(budgetsQuery(useClient(), here.project.id));
  const opened = list.data?.pages.flatMap(({ items }) => items).find(({ id }) => id === budget);
  const level = budget === "new" ? "project" : budget === "new-organization" ? "organization" : null;
  const able = level !== null && may(level === "project" ? "budget.write" : "organization_limit.write");
  return (
    <Page
      title={words.title}
      actions={<NewBudget go={go} />}
      panel={
        (level !== null && able && <NewBudgetPanel key={level} level={level} close={() => go()} />) ||
        (opened && <BudgetPanel key={opened.id} budget={opened} close={() => go()} />)
      }
    >
      <p className="max-w-[72ch] px-4 py-4 text-13 text-text-2 md:px-6">{words.what}</p>
      <Listed
        list={list}
        noun={words.noun}
        empty={
          <EmptyState title={words.none} what={words.noneWhat}>
            <NewBudget go={go} />
          </EmptyState>
        }
      >
        {(budgets) => <BudgetTable budgets={budgets} />}
      </Listed>
    </Page>
  );
}

function NewBudget({ go }: { go: (open: string) => void }) {
  const { may } = useSession();
  const choices = [
    ...(may("budget.write") ? [{ label: words.new, run: () => go("new") }] : []),
    ...(may("organization_limit.write") ? [{ label: words.newOrganization, run: () => go("new-organization") }] : []),
  ];
  const [only] = choices;
  if (only === undefined) return null;
  if (choices.length === 1)
    return (
      <button type="button" className={buttonClasses("primary")} onClick={only.run}>
        {only.label}
      </button>
    );
  return <ActionMenu label={words.new} trigger={words.new} triggerClass={buttonClasses("primary")} actions={choices} />;
}

function BudgetTable({ budgets }: { budgets: readonly Budget[] }) {
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  const nameOf = useBudgetName();
  const sentenceOf = useLineSentence();
  return (
    <div ref={rows}>
      <Table
        label={words.title}
        columns={[
          { name: words.of },
          { name: words.used, className: "w-[38%] @max-3xl:w-[32%]" },
          { name: words.cap, className: "w-32 @max-3xl:w-24", right: true },
          { name: words.period, className: "w-28", wide: true },
        ]}
      >
        {budgets.map((budget) => (
          <Row key={budget.id}>
            <Cell className="text-13 break-words @max-3xl:py-2 @max-3xl:whitespace-normal">
              <Link {...paths.budgets({ budget: budget.id })} data-row className={ROW_LINK}>
                {(budget.level === "grant" ? sentenceOf(budget.subject) : null) ?? nameOf(budget)}
              </Link>
            </Cell>
            <Cell>
              <BudgetBar budget={budget} />
            </Cell>
            <Cell right className="text-13">
              {amountWords(budget.amount, budget.unit, budget.currency)}
            </Cell>
            <Cell wide className="text-13 text-text-2">
              {words.periods[budget.period]}
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}
