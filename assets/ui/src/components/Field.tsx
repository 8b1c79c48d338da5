// Form fields: label, control, hint and error, tied together for screen readers.
import clsx from "clsx";
import { useId, type ComponentProps } from "react";

export const controlClass =
  "w-full min-h-9.5 rounded-lg border border-line-strong bg-panel px-3 text-sm text-ink placeholder:text-ink-faint " +
  "aria-invalid:border-bad disabled:opacity-60";

interface FieldProps {
  label: string;
  hint?: React.ReactNode;
  error?: string | undefined;
  className?: string;
  optional?: boolean;
  children: (props: { id: string; "aria-invalid": boolean; "aria-describedby": string | undefined }) => React.ReactNode;
}

export function Field({ label, hint, error, className, optional = false, children }: FieldProps) {
  const id = useId();
  const described = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div className={clsx("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {optional && <span className="ml-1.5 font-normal text-ink-faint">optional</span>}
      </label>
      {children({ id, "aria-invalid": error !== undefined, "aria-describedby": described })}
      {error ? (
        <p id={`${id}-error`} role="alert" className="text-[13px] text-bad">
          {error}
        </p>
      ) : (
        hint && (
          <p id={`${id}-hint`} className="text-[13px] text-ink-faint">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

interface TextFieldProps extends Omit<ComponentProps<"input">, "children"> {
  label: string;
  hint?: React.ReactNode;
  error?: string | undefined;
  optional?: boolean;
  mono?: boolean;
}

export function TextField({ label, hint, error, optional, mono = false, className, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional ?? false} {...(className ? { className } : {})}>
      {(control) => <input className={clsx(controlClass, mono && "font-mono")} {...control} {...rest} />}
    </Field>
  );
}

interface SelectFieldProps extends ComponentProps<"select"> {
  label: string;
  hint?: React.ReactNode;
  error?: string | undefined;
}

export function SelectField({ label, hint, error, className, children, ...rest }: SelectFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} {...(className ? { className } : {})}>
      {(control) => (
        <select className={clsx(controlClass, "pr-8")} {...control} {...rest}>
          {children}
        </select>
      )}
    </Field>
  );
}

interface CheckFieldProps extends ComponentProps<"input"> {
  label: React.ReactNode;
  hint?: React.ReactNode;
}

export function CheckField({ label, hint, className, ...rest }: CheckFieldProps) {
  const hintId = useId();
  return (
    <label className={clsx("flex items-start gap-2.5 text-sm", className)}>
      <input
        type="checkbox"
        className="mt-0.5 size-4 shrink-0 accent-accent"
        aria-describedby={hint ? hintId : undefined}
        {...rest}
      />
      <span>
        {label}
        {hint && (
          <span id={hintId} className="block text-[13px] text-ink-faint">
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}
