/** Whether help is asked for, anywhere and in any spelling: `-h`, `-help`, `--help`, or `help` as the first word. */
export function asksForHelp(args: readonly string[]): boolean {
  return args[0] === 'help' || args.some((arg) => /^--?(h|help)(=(true|1))?$/.test(arg))
}
