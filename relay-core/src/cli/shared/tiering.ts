interface BunRuntime {
  readonly unsafe?: { readonly setJITPolicy?: (scale: number) => void }
}

/**
 * What runs from now on is compiled as soon as the runtime likes. The programs start with a policy that leaves what only a start runs to the interpreter
 * (build/relay/bun.ts), which would slow visitors down for as long as it lasts (docs/adr/0011-fast-and-fair.md). Only Bun has such a policy.
 */
export function compileFromNowOn(): void {
  const { Bun: bun } = globalThis as { Bun?: BunRuntime }
  bun?.unsafe?.setJITPolicy?.(1)
}
