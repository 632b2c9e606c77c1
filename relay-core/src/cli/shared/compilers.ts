import { startAgain } from './start-again.ts'

interface BunRuntime {
  readonly unsafe?: { readonly setJITPolicy?: (scale: number) => void }
}

const bun = (globalThis as { Bun?: BunRuntime }).Bun

/**
 * When Bun's last compiler takes on a function, by a count that grows by 15 with each call: after 34,000 calls in place of 4,300. A visitor's
 * connection calls some hundred functions once or a few times each. That compiler makes them a tenth faster, which has paid for its work only after 18,000
 * connections, and it did that work on the processors that carried the first thousands (docs/adr/0047-the-last-compiler-later.md). The runtime reads this only at its own start.
 */
const setting = { name: 'BUN_JSC_thresholdForFTLOptimizeAfterWarmUp', value: '512000' }

/** The environment for a program that is about to replace itself, with the setting unless somebody has set it already. Only Bun has it. */
export function withCompilerSetting(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return bun ? { [setting.name]: setting.value, ...env } : env
}

/**
 * For a program that is going to run for long: replaces it by itself, once, unless it has the setting already.
 * To be called before it has opened anything. Where a program cannot be replaced, as on Windows, it goes on without the setting.
 */
export function startWithCompilerSetting({ mayStartAnew = true } = {}): void {
  if (!bun) return
  const { env } = process
  if (mayStartAnew && env[setting.name] === undefined)
    startAgain(process.argv.slice(2), withCompilerSetting(env))
  // Programs that this one starts must not inherit it.
  delete env[setting.name]
}

/**
 * From now on code is compiled as soon as the runtime likes. The programs start with a policy that leaves to the interpreter what only a start runs
 * (build/relay/bun.ts), and that would slow visitors down for as long as it lasts (docs/adr/0011-fast-and-fair.md).
 */
export function compileFromNowOn(): void {
  bun?.unsafe?.setJITPolicy?.(1)
}
