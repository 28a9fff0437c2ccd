import { lazy, Suspense, useState } from "react";

const Palette = lazy(() => import("./Palette.tsx").then((module) => ({ default: module.Palette })));

/** The palette, fetched when it is first opened. */
export function LazyPalette(props: { open: boolean; setOpen: (open: boolean) => void; openHelp: () => void }) {
  const [asked, setAsked] = useState(props.open);
  if (props.open && !asked) setAsked(true);
  return asked ? (
    <Suspense fallback={null}>
      <Palette {...props} />
    </Suspense>
  ) : null;
}
