// Reports: those that were made, to download and to delete, and a form for the next.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Download, FileText, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { reportAddress, reports } from "../../api/endpoints";
import type { Report } from "../../api/types";
import { reportsQuery } from "../../api/queries";
import { Badge } from "../../components/Badge";
import { Button, buttonClass, IconButton, Spinner } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import type { Column } from "../../components/DataTable";
import { ListPanel } from "../../components/ListPanel";
import { Page } from "../../components/Page";
import { Empty } from "../../components/States";
import { Age } from "../../components/Time";
import { capital } from "../../lib/format";
import { formatDayOf } from "../../lib/month";
import { toneOf } from "../../lib/tone";
import { useMay } from "../../state/access";
import { useScope } from "../../state/filters";
import { toast } from "../../state/toasts";
import { NewReportDialog } from "./NewReportDialog";
import { formatSize, reportTitle } from "./words";

const atWork = (report: Report) => report.status === "waiting" || report.status === "running";

export function ReportsPage() {
  const list = useInfiniteQuery({
    ...reportsQuery(useScope()),
    // Events bring news sooner; this is for pages that lost them.
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.items.some(atWork)) ? 4000 : false),
  });
  const [making, setMaking] = useState(false);
  const [deleting, setDeleting] = useState<Report>();
  const mayDelete = useMay("make_plans");
  const make = (
    <Button kind="primary" small onClick={() => setMaking(true)}>
      <Plus aria-hidden /> Make a report
    </Button>
  );
  const buttons = (report: Report) => (
    <Buttons report={report} onDelete={mayDelete ? () => setDeleting(report) : undefined} />
  );
  const columns: Column<Report>[] = [...COLUMNS, { id: "buttons", header: "File", right: true, cell: buttons }];
  return (
    <Page title="Reports" lead="Documents about a period, for the client or for the file." actions={make}>
      <ListPanel
        label="Reports"
        noun="report"
        query={list}
        columns={columns}
        rowKey={(report) => report.id}
        card={(report) => (
          <div className="flex flex-col gap-1 text-sm">
            <div className="flex items-start justify-between gap-3">
              <Name report={report} />
              <Status report={report} />
            </div>
            <div className="flex items-center justify-between gap-3 text-[13px] text-ink-faint">
              <span>
                {period(report)} · <Age at={report.created_at} />
              </span>
              {buttons(report)}
            </div>
          </div>
        )}
        empty={
          <Empty icon={FileText} title="No report yet" action={make}>
            A report is made once and kept for download. The monthly one is what a client would want to read.
          </Empty>
        }
      />
      {making && <NewReportDialog onClose={() => setMaking(false)} />}
      {deleting && <Delete report={deleting} onClose={() => setDeleting(undefined)} />}
    </Page>
  );
}

const period = (report: Report) => `${formatDayOf(report.period_from)} to ${formatDayOf(report.period_to)} ${report.period_to.slice(0, 4)}`;

function Name({ report }: { report: Report }) {
  return (
    <span className="flex min-w-0 flex-col">
      <span className="font-medium">{reportTitle(report.report_type)}</span>
      <span className="truncate text-[13px] text-ink-faint">{report.organization_name ?? "All organizations"}</span>
    </span>
  );
}

function Status({ report }: { report: Report }) {
  return (
    <span className="flex flex-col items-start gap-0.5">
      <Badge tone={toneOf(report.status)} dot>
        {capital(report.status)}
      </Badge>
      {report.error && <span className="text-[13px] whitespace-normal text-bad">{capital(report.error)}</span>}
    </span>
  );
}

const COLUMNS: Column<Report>[] = [
  { id: "report_type", header: "Report", cell: (report) => <Name report={report} /> },
  { id: "period", header: "Period", cell: period },
  { id: "format", header: "Format", cell: (report) => report.format.toUpperCase() },
  { id: "status", header: "Status", cell: (report) => <Status report={report} /> },
  {
    id: "file_bytes",
    header: "Size",
    right: true,
    cell: (report) => (report.file_bytes == null ? <span className="text-ink-faint">—</span> : formatSize(report.file_bytes)),
  },
  {
    id: "created_at",
    header: "Made",
    cell: (report) => (
      <span className="flex flex-col">
        <Age at={report.created_at} />
        <span className="text-[13px] text-ink-faint">by {report.created_by}</span>
      </span>
    ),
  },
];

function Buttons({ report, onDelete }: { report: Report; onDelete: (() => void) | undefined }) {
  const name = `${reportTitle(report.report_type)}, ${period(report)}`;
  return (
    <span className="inline-flex items-center gap-1">
      {atWork(report) && <Spinner />}
      {report.status === "ready" && (
        <a href={reportAddress(report.id)} download aria-label={`Download ${name}`} className={buttonClass("plain", true)}>
          <Download aria-hidden /> {report.format.toUpperCase()}
        </a>
      )}
      {onDelete && !atWork(report) && (
        <IconButton label={`Delete ${name}`} onClick={onDelete}>
          <Trash2 />
        </IconButton>
      )}
    </span>
  );
}

function Delete({ report, onClose }: { report: Report; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => reports.remove(report.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["reports"] });
      toast("good", "The report was deleted");
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      onConfirm={() => remove.mutate()}
      title="Delete this report?"
      action="Delete"
      busy={remove.isPending}
      error={remove.isError ? remove.error : undefined}
    >
      {reportTitle(report.report_type)} of {report.organization_name ?? "all organizations"}, {period(report)}. It can be made again as long as
      its data is kept.
    </ConfirmDialog>
  );
}
