// Asks what a report is to be about, and orders it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { reports } from "../../api/endpoints";
import type { ReportFormat } from "../../api/types";
import { asApiError } from "../../api/problem";
import { organizationsQuery } from "../../api/queries";
import { Button } from "../../components/Button";
import { Dialog, DialogActions } from "../../components/Dialog";
import { SelectField, TextField } from "../../components/Field";
import { ProblemNotice } from "../../components/Notice";
import { formatLongMonth, lastMonths, monthOf, plusMonths } from "../../lib/month";
import { useMe } from "../../state/access";
import { useNow } from "../../state/clock";
import { useOrganization } from "../../state/filters";
import { toast } from "../../state/toasts";
import { FORMATS, REPORT_TYPES } from "./words";

const FIELDS = ["report_type", "format", "organization_id", "from", "to"];

/** The last day of a month. */
const endOf = (month: string) => new Date(Date.parse(`${plusMonths(month, 1)}-01T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

export function NewReportDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const me = useMe();
  const chosen = useOrganization();
  const organizations = useQuery(organizationsQuery).data?.items ?? [];
  const closed = plusMonths(monthOf(useNow()), -1);
  const [type, setType] = useState("monthly");
  const [format, setFormat] = useState<ReportFormat>("pdf");
  const [organization, setOrganization] = useState<string>();
  const [month, setMonth] = useState(closed);
  const [days, setDays] = useState({ from: `${closed}-01`, to: endOf(closed) });
  // Only those who see every client may have a report about all of them.
  const owner = organization ?? chosen ?? (me.global_admin ? "" : organizations[0]?.id) ?? "";
  const period = month === "" ? days : { from: `${month}-01`, to: endOf(month) };
  const order = useMutation({
    mutationFn: () => reports.create({ report_type: type, format, ...(owner ? { organization_id: owner } : {}), ...period }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["reports"] });
      toast("info", "The report is being made", "It appears in the list with a link to its file.");
      onClose();
    },
  });
  const problem = order.isError ? asApiError(order.error) : undefined;
  return (
    <Dialog open onClose={onClose} title="Make a report">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          order.mutate();
        }}
      >
        <div className="flex flex-col gap-4">
          {problem && <ProblemNotice error={problem} placed={FIELDS} />}
          <SelectField
            label="Report"
            hint={REPORT_TYPES.find((one) => one.key === type)?.lead}
            value={type}
            error={problem?.field("report_type")}
            onChange={(event) => setType(event.target.value)}
          >
            {REPORT_TYPES.map((one) => (
              <option key={one.key} value={one.key}>
                {one.title}
              </option>
            ))}
          </SelectField>
          <SelectField
            label="About"
            value={owner}
            error={problem?.field("organization_id")}
            onChange={(event) => setOrganization(event.target.value)}
          >
            {me.global_admin && <option value="">All organizations</option>}
            {organizations.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </SelectField>
          <SelectField label="Period" value={month} onChange={(event) => setMonth(event.target.value)}>
            {lastMonths(closed, 13)
              .toReversed()
              .map((one) => (
                <option key={one} value={one}>
                  {formatLongMonth(one)}
                </option>
              ))}
            <option value="">Other days</option>
          </SelectField>
          {month === "" && (
            <div className="grid gap-4 sm:grid-cols-2">
              <TextField
                label="First day"
                type="date"
                required
                max={days.to}
                value={days.from}
                error={problem?.field("from")}
                onChange={(event) => setDays({ ...days, from: event.target.value })}
              />
              <TextField
                label="Last day"
                type="date"
                required
                min={days.from}
                value={days.to}
                error={problem?.field("to")}
                onChange={(event) => setDays({ ...days, to: event.target.value })}
              />
            </div>
          )}
          <SelectField
            label="Format"
            value={format}
            error={problem?.field("format")}
            onChange={(event) => setFormat(event.target.value as ReportFormat)}
          >
            {FORMATS.map((one) => (
              <option key={one.key} value={one.key}>
                {one.title}
              </option>
            ))}
          </SelectField>
        </div>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={order.isPending}>
            Make it
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
