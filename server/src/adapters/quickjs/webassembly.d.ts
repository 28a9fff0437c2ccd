/** What is used of WebAssembly. Node has it; TypeScript declares it only with the DOM, which a server must not see. */
declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]: "WebAssembly.Module";
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  interface Global {
    value: number;
  }
  type Imports = Record<string, Record<string, (...values: never[]) => number | undefined>>;
  const Instance: new (module: Module, imports: Imports) => { readonly exports: object };
  const RuntimeError: ErrorConstructor;
  function compile(bytes: Uint8Array): Promise<Module>;
}
