import { startAnew } from './start-anew.ts'

interface BunRuntime {
  readonly unsafe?: { readonly setJITPolicy?: (scale: number) => void }
}

const bun = (globalThis as { Bun?: BunRuntime }).Bun

/**
 * After how many calls of a function Bun's last compiler takes it on, by a count that grows by 15 with each: after 34,000 calls in place of 4,300. A visitor's
 * connection passes some hundred functions once or a few times, and what that compiler gains on them, a tenth, pays for its work after 18,000 connections; it
 * used to work on the processors that carried the first thousands (docs/adr/0047-the-last-compiler-later.md). The runtime reads this only at its own start.
 */
const setting = { name: 'BUN_JSC_thresholdForFTLOptimizeAfterWarmUp', value: '512000' }

/** What a program that is replaced by itself should have in its environment; someone's own setting stays. Only Bun has such. */
export function withCompilerSetting(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return bun ? { [setting.name]: setting.value, ...env } : env
}

/**
 * For a program that is going to run for long: replaces it by itself, once, unless it has the setting already.
 * To be called before it has opened anything. Where a program cannot be replaced, as on Windows, it goes on without.
 */
export function startWithCompilerSetting(): void {
  if (!bun) return
  const { env } = process
  if (env[setting.name] === undefined) startAnew(process.argv.slice(2), withCompilerSetting(env))
  // Programs started from here need not know it.
  delete env[setting.name]
}

/**
 * What runs from now on is compiled as soon as the runtime likes. The programs start with a policy that leaves what only a start runs to the interpreter
 * (build/relay/bun.ts), which would slow visitors down for as long as it lasts (docs/adr/0011-fast-and-fair.md).
 */
export function compileFromNowOn(): void {
  bun?.unsafe?.setJITPolicy?.(1)
}
