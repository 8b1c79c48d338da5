// Why: the sum written out, what it was made of, and the months it rests on.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowRight, ClipboardList } from "lucide-react";
import { adviceQuery } from "../../api/queries";
import type { Recommendation } from "../../api/types";
import { AsOf } from "../../components/AsOf";
import { Button, buttonClass } from "../../components/Button";
import { Drawer, DrawerPart } from "../../components/Drawer";
import { Fact, Facts } from "../../components/Facts";
import { Notice } from "../../components/Notice";
import { Failed, SkeletonPanel } from "../../components/States";
import { inPlainWords } from "../../lib/adviceWords";
import { capital, formatConstant } from "../../lib/format";
import { formatMoney, formatRange } from "../../lib/money";
import { desktopName } from "./columns";
import { EvidenceMonths } from "./EvidenceMonths";
import { desktopOf } from "./filters";
import { ConfidenceBadge, KindMark } from "./KindMark";

interface EvidenceDrawerProps {
  /** Of the recommendation that is open. */
  id: string | undefined;
  onClose: () => void;
  onPlan: ((row: Recommendation) => void) | undefined;
}

export function EvidenceDrawer({ id, onClose, onPlan }: EvidenceDrawerProps) {
  const desktop = id === undefined ? undefined : desktopOf(id);
  const query = useInfiniteQuery({ ...adviceQuery({ workspace_id: desktop }), enabled: desktop !== undefined });
  const row = query.data?.pages.flatMap((page) => page.items).find((one) => one.id === id);
  return (
    <Drawer
      open={id !== undefined}
      onClose={onClose}
      title={row ? inPlainWords(row.title) : "Recommendation"}
      lead={row && `${desktopName(row)} · ${row.organization_name} · ${row.region}`}
      actions={
        row && (
          <>
            <Link to="/workspaces/$workspaceId" params={{ workspaceId: row.workspace_id }} className={buttonClass()}>
              Open the desktop
            </Link>
            {onPlan && row.change && (
              <Button kind="primary" onClick={() => onPlan(row)}>
                <ClipboardList aria-hidden /> Plan this change
              </Button>
            )}
          </>
        )
      }
    >
      {query.isError ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : row ? (
        <Evidence row={row} />
      ) : query.isSuccess && !query.isPlaceholderData ? (
        <Notice kind="info" title="This recommendation is gone">
          It was worked out anew since, and does not hold any more.
        </Notice>
      ) : (
        <SkeletonPanel className="h-64" />
      )}
    </Drawer>
  );
}

function Evidence({ row }: { row: Recommendation }) {
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 text-sm">
        <KindMark kind={row.kind} />
        <AsOf at={row.as_of} />
      </div>
      <Sum row={row} />
      <DrawerPart title="When">
        <p className="text-sm text-ink-soft">{capital(inPlainWords(row.when))}</p>
      </DrawerPart>
      {row.evidence.length > 0 && (
        <DrawerPart title="Months it rests on" aside="cost in each running mode, estimates">
          <EvidenceMonths months={row.evidence} mode={row.running_mode} />
        </DrawerPart>
      )}
      <DrawerPart title="Confidence" aside={<ConfidenceBadge confidence={row.confidence} />}>
        <p className="text-sm text-ink-soft">{row.confidence_reason}</p>
      </DrawerPart>
      <DrawerPart title="Worked out from">
        <Facts>
          <Fact name="Running mode now">{row.running_mode && formatConstant(row.running_mode)}</Fact>
          <Fact name="Compute type now">{row.compute_type && formatConstant(row.compute_type)}</Fact>
          {row.inputs.map((input) => (
            <Fact key={input.name} name={inPlainWords(input.name)}>
              {inPlainWords(input.value)}
            </Fact>
          ))}
        </Facts>
      </DrawerPart>
    </>
  );
}

function Sum({ row }: { row: Recommendation }) {
  const range = formatRange(row.saving_low, row.saving_high);
  return (
    <div className="mb-4 rounded-xl bg-sunken px-4 py-3.5">
      {row.saving == null ? (
        <p className="font-semibold">The saving has no price</p>
      ) : (
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="text-[26px] leading-tight font-semibold tracking-tight">{formatMoney(Math.abs(row.saving))}</span>
          <span className="text-sm text-ink-soft">a month {row.saving < 0 ? "more" : "less"}</span>
          {range && <span className="text-[13px] text-ink-faint">({range})</span>}
        </p>
      )}
      {row.cost_now != null && (
        <p className="mt-1 flex flex-wrap items-center gap-x-2 text-sm text-ink-soft">
          <span>{formatMoney(row.cost_now)} now</span>
          <ArrowRight aria-label="becomes" className="size-3.5 text-ink-faint" />
          <span>{row.cost_then == null ? "no price for what it becomes" : formatMoney(row.cost_then)}</span>
        </p>
      )}
      <p className="mt-2 border-t border-line-strong/50 pt-2 font-mono text-[13px] leading-relaxed break-words">{row.formula}</p>
    </div>
  );
}
