// The lists beside the conversation while they load, and when they are empty.
import { Skeleton } from "../../components/States";

export function ListLoading() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-4 px-2.5 py-2">
      {[0, 1, 2, 3].map((line) => (
        <Skeleton key={line} className="h-4" />
      ))}
    </div>
  );
}

export function ListNothing({ children }: { children: React.ReactNode }) {
  return <p className="px-2.5 py-3 text-sm text-ink-faint">{children}</p>;
}
