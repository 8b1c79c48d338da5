// The name and its mark: tally strokes, as in counting stock.

export function Mark({ className = "size-7" }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={className}>
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M9 8v16M13.500 8v16M18 8v16M22.500 8v16M6.500 21.500 25.500 10.500"
        className="stroke-on-accent"
        strokeWidth="2.200"
        strokeLinecap="round"
        fill="none"
      />
    </svg>
  );
}

export function Brand() {
  return (
    <span className="flex items-center gap-2.5">
      <Mark />
      <span className="text-[17px] font-semibold tracking-tight">stocktake</span>
    </span>
  );
}
