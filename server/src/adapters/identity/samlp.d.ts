/** What tests use of the SAML provider `samlp`, which brings no types. */
declare module "samlp" {
  interface Asked {
    readonly method: string;
    readonly query: Readonly<Record<string, string>>;
    readonly user: unknown;
  }
  interface Answering {
    set(name: string, value: string): void;
    send(body: unknown): void;
  }
  export function auth(
    options: Readonly<Record<string, unknown>>,
  ): (request: Asked, answer: Answering, next: (error: unknown) => void) => void;
}
