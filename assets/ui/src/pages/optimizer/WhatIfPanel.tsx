// What it would cost if some desktops ran otherwise, over the connections that were recorded.
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { advice } from "../../api/endpoints";
import { accountsQuery, facetsQuery } from "../../api/queries";
import { asApiError } from "../../api/problem";
import type { WhatIf, WhatIfAnswer } from "../../api/types";
import { Button } from "../../components/Button";
import { SelectField, TextField } from "../../components/Field";
import { ProblemNotice } from "../../components/Notice";
import { Panel } from "../../components/Panel";
import { values } from "../../lib/address";
import { formatConstant, formatCount, formatNumber } from "../../lib/format";
import { formatMoney, formatShare } from "../../lib/money";
import { AccountMenu } from "../../components/AccountMenu";
import { useFilters, useScope } from "../../state/filters";

const MODES = ["AUTO_STOP", "ALWAYS_ON"];

export function WhatIfPanel() {
  const scope = useScope();
  const { search } = useFilters();
  const facets = useQuery(facetsQuery(scope));
  const accounts = useInfiniteQuery(accountsQuery({ ...scope, limit: 500, sort: "name" }));
  const [from, setFrom] = useState({ compute_type: "", current_mode: "" });
  const [to, setTo] = useState({ running_mode: "AUTO_STOP", timeout: "1", compute_type: "" });
  const ask = useMutation({ mutationFn: advice.whatIf });
  const types = facets.data?.compute_type ?? [];
  const chosen = values(search, "account_id");
  // The question names accounts only: a chosen client stands for all of its own.
  const own = scope.organization_id === undefined ? [] : (accounts.data?.pages[0]?.items ?? []).map((one) => one.id);
  const question: WhatIf = {
    compute_types: from.compute_type ? [from.compute_type] : [],
    account_ids: chosen.length > 0 ? chosen : own,
    current_mode: from.current_mode || null,
    running_mode: to.running_mode || null,
    timeout_hours: to.running_mode === "ALWAYS_ON" ? null : Number(to.timeout) || null,
    compute_type: to.compute_type || null,
  };
  const problem = ask.isError ? asApiError(ask.error) : undefined;
  const typeOptions = types.map((one) => (
    <option key={one.key} value={one.key}>
      {formatConstant(one.label)}
    </option>
  ));
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,380px)_minmax(0,1fr)] lg:gap-5">
      <Panel title="The question">
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            ask.mutate(question);
          }}
        >
          <fieldset className="flex flex-col gap-3">
            <legend className="mb-2 text-[13px] text-ink-faint">Which desktops</legend>
            <div className="flex items-center gap-2">
              <AccountMenu />
              <span className="text-[13px] text-ink-faint">{chosen.length === 0 && (own.length > 0 ? "every account of this client" : "every account")}</span>
            </div>
            <div className="grid gap-3 sm:grid-cols-2">
              <SelectField label="Compute type" value={from.compute_type} onChange={(event) => setFrom({ ...from, compute_type: event.target.value })}>
                <option value="">Any</option>
                {typeOptions}
              </SelectField>
              <SelectField label="Running mode" value={from.current_mode} onChange={(event) => setFrom({ ...from, current_mode: event.target.value })}>
                <option value="">Any</option>
                <Modes />
              </SelectField>
            </div>
          </fieldset>
          <fieldset className="flex flex-col gap-3">
            <legend className="mb-2 text-[13px] text-ink-faint">How they would run</legend>
            <div className="grid gap-3 sm:grid-cols-2">
              <SelectField
                label="New running mode"
                value={to.running_mode}
                error={problem?.field("running_mode")}
                onChange={(event) => setTo({ ...to, running_mode: event.target.value })}
              >
                <option value="">As it is</option>
                <Modes />
              </SelectField>
              <TextField
                label="Stops after (hours)"
                type="number"
                min={1}
                max={48}
                disabled={to.running_mode === "ALWAYS_ON"}
                value={to.timeout}
                error={problem?.field("timeout_hours")}
                onChange={(event) => setTo({ ...to, timeout: event.target.value })}
              />
            </div>
            <SelectField label="New compute type" value={to.compute_type} onChange={(event) => setTo({ ...to, compute_type: event.target.value })}>
              <option value="">As it is</option>
              {typeOptions}
            </SelectField>
          </fieldset>
          <Button type="submit" kind="primary" busy={ask.isPending}>
            Work it out
          </Button>
        </form>
      </Panel>
      <Panel title="The answer" aside="estimate, mean of the last closed months">
        {problem && problem.fields.length === 0 ? (
          <ProblemNotice error={problem} />
        ) : ask.data ? (
          <Outcome answer={ask.data} />
        ) : (
          <p className="text-sm text-ink-soft">
            Say which desktops are meant and how they would run. The answer takes the connections that were recorded, and today's list prices.
          </p>
        )}
      </Panel>
    </div>
  );
}

function Modes() {
  return MODES.map((mode) => (
    <option key={mode} value={mode}>
      {formatConstant(mode)}
    </option>
  ));
}

function Outcome({ answer }: { answer: WhatIfAnswer }) {
  if (answer.desktops === 0) {
    return (
      <p className="text-sm text-ink-soft">
        No desktop could be worked out. {leftOut(answer) || "None fits the question."}
      </p>
    );
  }
  const less = answer.saving >= 0;
  return (
    <div aria-live="polite">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className="text-[28px] leading-tight font-semibold tracking-tight">{formatMoney(Math.abs(answer.saving))}</span>
        <span className="text-sm text-ink-soft">a month {less ? "less" : "more"}</span>
        <span className="text-[13px] text-ink-faint">{formatShare(Math.abs(answer.saving), answer.cost_now)}</span>
      </p>
      <dl className="mt-4 grid grid-cols-2 gap-x-8 gap-y-3 text-sm sm:grid-cols-4">
        <Line name="Cost now" value={formatMoney(answer.cost_now)} />
        <Line name="Cost then" value={formatMoney(answer.cost_then)} />
        <Line name="Cheaper" value={formatCount(answer.cheaper, "desktop")} />
        <Line name="Dearer" value={formatCount(answer.dearer, "desktop")} />
      </dl>
      <p className="mt-4 border-t border-line pt-3 text-[13px] text-ink-faint">
        Worked out for {formatCount(answer.desktops, "desktop")}. {leftOut(answer)}
      </p>
    </div>
  );
}

function Line({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="text-[13px] text-ink-faint">{name}</dt>
      <dd className="mt-0.5 font-medium">{value}</dd>
    </div>
  );
}

function leftOut(answer: WhatIfAnswer): string {
  const reasons = [
    answer.without_price > 0 && `${formatNumber(answer.without_price)} without a price`,
    answer.without_usage > 0 && `${formatNumber(answer.without_usage)} whose hours are not known`,
  ].filter(Boolean);
  return reasons.length > 0 ? `Left out: ${reasons.join(", ")}.` : "";
}
