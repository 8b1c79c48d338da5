// Buttons, and links that look like them.
import clsx from "clsx";
import type { ComponentProps } from "react";

export type ButtonKind = "primary" | "plain" | "quiet" | "danger";

const KINDS: Record<ButtonKind, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong border-transparent",
  plain: "bg-panel text-ink border-line-strong hover:bg-sunken",
  quiet: "bg-transparent text-ink-soft border-transparent hover:bg-sunken hover:text-ink",
  danger: "bg-bad text-panel border-transparent hover:opacity-90",
};

export function buttonClass(kind: ButtonKind = "plain", small = false): string {
  return clsx(
    "inline-flex items-center justify-center gap-2 rounded-lg border font-medium whitespace-nowrap select-none",
    "transition-colors disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:opacity-55",
    "[&_svg]:size-4 [&_svg]:shrink-0",
    small ? "min-h-8 px-2.5 text-[13px]" : "min-h-9.5 px-3.5 text-sm",
    KINDS[kind],
  );
}

interface ButtonProps extends ComponentProps<"button"> {
  kind?: ButtonKind;
  small?: boolean;
  /** The action is under way: the button stays in place and cannot be pressed again. */
  busy?: boolean;
}

export function Button({ kind, small, busy = false, className, disabled, children, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={clsx(buttonClass(kind, small), className)}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

export function Spinner() {
  return (
    <span
      aria-hidden
      className="size-3.5 shrink-0 animate-spin rounded-full border-2 border-current border-r-transparent"
    />
  );
}

interface IconButtonProps extends ComponentProps<"button"> {
  /** What it does, for the tooltip and for screen readers. */
  label: string;
}

export function IconButton({ label, className, type = "button", ...rest }: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={clsx(
        "inline-grid size-9 place-items-center rounded-lg text-ink-soft transition-colors hover:bg-sunken hover:text-ink [&_svg]:size-4.5",
        className,
      )}
      {...rest}
    />
  );
}
