// Names and values, side by side.

export function Facts({ children, columns = 2 }: { children: React.ReactNode; columns?: 1 | 2 | 3 }) {
  const grid = { 1: "", 2: "sm:grid-cols-2", 3: "sm:grid-cols-2 lg:grid-cols-3" }[columns];
  return <dl className={`grid grid-cols-1 gap-x-8 gap-y-3.5 ${grid}`}>{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  const absent = children === null || children === undefined || children === "";
  return (
    <div className="min-w-0">
      <dt className="text-[13px] text-ink-faint">{name}</dt>
      <dd className="mt-0.5 text-sm break-words">{absent ? <span className="text-ink-faint">—</span> : children}</dd>
    </div>
  );
}
