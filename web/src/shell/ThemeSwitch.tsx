import { useState } from "react";
import { say } from "../language.ts";
import { chooseTheme, chosenTheme, type Theme, THEMES } from "../theme.ts";
import { classes } from "../ui/classes.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";

const ICONS: Record<Theme, IconName> = { system: "system", light: "sun", dark: "moon" };

/** System, light or dark; a radio group, so the arrow keys move in it. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (next: Theme) => {
    chooseTheme(next);
    setTheme(next);
  };
  return (
    <fieldset className="flex rounded-md border border-line p-0.5">
      <legend className="sr-only">{say.theme.label}</legend>
      {THEMES.map((one) => (
        <label
          key={one}
          title={say.theme[one]}
          className={classes(
            "relative flex size-6 items-center justify-center rounded-sm has-focus-visible:outline-2 has-focus-visible:outline-accent",
            one === theme ? "bg-surface-3 text-text-1" : "text-text-3 hover:text-text-1",
          )}
        >
          <input
            type="radio"
            name="theme"
            value={one}
            checked={one === theme}
            onChange={() => choose(one)}
            className="absolute inset-0 opacity-0"
          />
          <Icon name={ICONS[one]} className="size-3.5" />
          <span className="sr-only">{say.theme[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}
