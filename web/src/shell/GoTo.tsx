import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

type Go = (navigate: ReturnType<typeof useNavigate>) => Promise<void>;

/** Goes to another page instead of this one: once, however often what is around it is drawn meanwhile. */
export function GoTo({ by }: { by: Go }) {
  const navigate = useNavigate();
  const first = useRef(by);
  useEffect(() => void first.current(navigate), [navigate]);
  return null;
}
