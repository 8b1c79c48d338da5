// Where the prices come from, and how old they are.
import { useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { useEffect, useRef } from "react";
import { pricesQuery } from "../../api/queries";
import { Badge } from "../../components/Badge";
import { Panel } from "../../components/Panel";
import { Failed, SkeletonRows } from "../../components/States";
import { formatCount } from "../../lib/format";
import { sourcesOf } from "./prices";

export function PricesPanel() {
  const query = useQuery(pricesQuery);
  const place = useRef<HTMLDivElement>(null);
  const known = query.data !== undefined;
  // A link to it may come before its rows do.
  useEffect(() => {
    if (known && location.hash === "#prices") place.current?.scrollIntoView();
  }, [known]);
  return (
    <div id="prices" ref={place} className="scroll-mt-16">
      <Panel title="Price book" aside={query.data && (query.data.imported ? <Badge tone="accent">imported</Badge> : "comes with the program")} flush>
        {query.isError ? (
          <Failed error={query.error} onRetry={() => void query.refetch()} />
        ) : query.data === undefined ? (
          <SkeletonRows rows={4} />
        ) : (
          <>
            <ul className="divide-y divide-line border-t border-line">
              {sourcesOf(query.data.book).map((source) => (
                <li key={source.id} className="px-4 py-2.5 text-sm sm:px-5">
                  <span className="flex items-start justify-between gap-4">
                    <span className="min-w-0">{source.title}</span>
                    <span className="text-[13px] whitespace-nowrap text-ink-faint">{source.as_of}</span>
                  </span>
                  <span className="mt-0.5 flex flex-wrap items-center gap-x-3 text-[13px] text-ink-faint">
                    <span>{source.prices > 0 ? formatCount(source.prices, "price") : "storage and rules"}</span>
                    {source.regions.length > 0 && <span className="min-w-0 break-words">{source.regions.join(", ")}</span>}
                    {source.url && (
                      <a
                        href={source.url}
                        target="_blank"
                        rel="noreferrer"
                        className="inline-flex items-center gap-1 text-accent hover:underline [&_svg]:size-3.5"
                      >
                        Source <ExternalLink aria-label="opens elsewhere" />
                      </a>
                    )}
                  </span>
                </li>
              ))}
            </ul>
            <p className="border-t border-line px-4 py-2.5 text-[13px] text-ink-faint sm:px-5">
              A desktop whose region, size and system have no price here is left out of every sum. Import a newer book with{" "}
              <code className="font-mono">stocktake prices import</code>.
            </p>
          </>
        )}
      </Panel>
    </div>
  );
}
