// What is recommended for this desktop; each line leads to its evidence.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { adviceQuery } from "../../api/queries";
import { Panel } from "../../components/Panel";
import { inPlainWords } from "../../lib/adviceWords";
import { ConfidenceBadge, KindMark } from "../optimizer/KindMark";
import { Saving } from "../optimizer/Saving";

export function WorkspaceAdvice({ id }: { id: string }) {
  const query = useInfiniteQuery(adviceQuery({ workspace_id: id }));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  // Without any there is nothing to say here; the rest of the page stands without it.
  if (rows.length === 0) return null;
  return (
    <Panel title="Recommended" aside="saving a month, estimate" flush>
      <ul className="divide-y divide-line border-t border-line">
        {rows.map((row) => (
          <li key={row.id}>
            <Link
              to="/optimizer"
              search={{ open: row.id }}
              className="flex items-center gap-4 px-4 py-2.5 text-sm transition-colors hover:bg-sunken focus-visible:-outline-offset-2 sm:px-5"
            >
              <span className="min-w-0 flex-1">
                <span className="block font-medium">{inPlainWords(row.title)}</span>
                <span className="mt-0.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-[13px] text-ink-soft">
                  <KindMark kind={row.kind} /> <ConfidenceBadge confidence={row.confidence} />
                </span>
              </span>
              <span className="text-right">
                <Saving amount={row.saving} low={row.saving_low} high={row.saving_high} />
              </span>
              <ChevronRight aria-hidden className="size-4 shrink-0 text-ink-faint" />
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
