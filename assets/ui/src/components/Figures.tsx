// The few numbers at the head of a page.
import clsx from "clsx";

export function FigureRow({ children, columns = 4 }: { children: React.ReactNode; columns?: 3 | 4 | 5 }) {
  const grid = { 3: "sm:grid-cols-3", 4: "lg:grid-cols-4", 5: "sm:grid-cols-3 xl:grid-cols-5" }[columns];
  return (
    <dl className={clsx("grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line shadow-panel", grid)}>{children}</dl>
  );
}

interface FigureBoxProps {
  name: React.ReactNode;
  value: React.ReactNode;
  note?: React.ReactNode;
  /** The one number that matters most, over the whole width of a narrow window. */
  main?: boolean;
  /** The last of an odd number: over the whole width of a narrow window, so that no hole is left. */
  wide?: boolean;
}

export function FigureBox({ name, value, note, main = false, wide = false }: FigureBoxProps) {
  return (
    <div className={clsx("flex flex-col bg-panel px-4 py-3.5 sm:px-5 sm:py-4", (main || wide) && "max-lg:col-span-full")}>
      <dt className="text-[13px] font-medium text-ink-soft">{name}</dt>
      <dd className="mt-0.5">
        <span className={clsx("block text-[28px] leading-tight font-semibold tracking-tight", main && "text-accent")}>{value}</span>
        {note && <span className="mt-0.5 block text-[13px] text-ink-faint">{note}</span>}
      </dd>
    </div>
  );
}
