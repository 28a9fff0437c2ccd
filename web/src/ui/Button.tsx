import type { ButtonHTMLAttributes, Ref } from "react";
import { classes } from "./classes.ts";
import { Icon, type IconName } from "./Icon.tsx";
import { Kbd } from "./Kbd.tsx";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "primary" | "plain" | "quiet" | "danger";
  icon?: IconName;
  /** Shows its shortcut; the shortcut itself is registered by who owns the action. */
  keys?: string;
  ref?: Ref<HTMLButtonElement>;
}

const LOOKS = {
  primary: "bg-fill text-on-accent hover:not-disabled:bg-fill-strong border-transparent",
  plain: "border-line bg-surface-0 text-text-1 hover:not-disabled:bg-surface-2",
  quiet: "border-transparent text-text-2 hover:not-disabled:bg-surface-2 hover:not-disabled:text-text-1",
  danger: "border-line bg-surface-0 text-failed hover:not-disabled:bg-surface-2",
};

/** How a control looks, for links that act like buttons. */
export function buttonClasses(look: keyof typeof LOOKS, extra = ""): string {
  return classes(
    "inline-flex h-8 shrink-0 items-center justify-center gap-1.5 rounded-md border px-2.5 text-13 font-medium whitespace-nowrap transition-colors select-none disabled:opacity-50",
    LOOKS[look],
    extra,
  );
}

/** A verb to press. */
export function Button({ look = "plain", icon, keys, className, children, type = "button", ...rest }: ButtonProps) {
  return (
    <button type={type === "submit" ? "submit" : "button"} className={buttonClasses(look, className)} {...rest}>
      {icon && <Icon name={icon} className="-ml-0.5" />}
      {children}
      {keys !== undefined && <Kbd keys={keys} />}
    </button>
  );
}

/** A button that is only an icon; `label` is its name and its tip. */
export function IconButton({
  label,
  icon,
  className,
  ...rest
}: Omit<ButtonProps, "look" | "keys"> & { label: string; icon: IconName }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={classes(
        "inline-flex size-7 shrink-0 items-center justify-center rounded-md text-text-3 transition-colors hover:bg-surface-2 hover:text-text-1",
        className,
      )}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
