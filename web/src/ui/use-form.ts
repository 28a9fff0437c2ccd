import { useMutation } from "@tanstack/react-query";
import { type ChangeEvent, type FormEvent, useState } from "react";

type Values = Readonly<Record<string, string>>;
type Errors<V extends Values> = Partial<Record<keyof V, string>>;

/** A form that is checked when it is sent, and says what is wrong beside each field from then on. */
export function useForm<V extends Values>(
  start: V,
  check: (values: V) => Errors<V>,
  send: (values: V) => Promise<void>,
) {
  const [values, setValues] = useState(start);
  const [tried, setTried] = useState(false);
  const sending = useMutation({ mutationFn: send });
  const wrong = check(values);
  const isRight = Object.keys(wrong).length === 0;
  return {
    values,
    errors: tried ? wrong : ({} as Errors<V>),
    type:
      (name: keyof V) =>
      ({ target }: ChangeEvent<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>) =>
        setValues({ ...values, [name]: target.value }),
    set: (name: keyof V, text: string) => setValues({ ...values, [name]: text }),
    submit: (event: FormEvent) => {
      event.preventDefault();
      setTried(true);
      if (isRight) sending.mutate(values);
    },
    /** As `submit`, for who goes on only when it was sent: whether it was. */
    send: async () => {
      setTried(true);
      if (!isRight) return false;
      return await sending.mutateAsync(values).then(
        () => true,
        () => false,
      );
    },
    error: sending.error,
    busy: sending.isPending,
    done: sending.isSuccess,
    again: () => sending.reset(),
  };
}
