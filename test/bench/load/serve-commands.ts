/** What a load process can be asked: each command takes one argument and answers one value, both plain data. */
export type Commands = Record<string, (argument: never) => unknown>

/** Answers the commands that the bench sends, until it ends. */
export function serveCommands(commands: Commands): void {
  process.on('message', (message) => {
    const { call, command, argument } = message as { call: number; command: string; argument: never }
    void (async () => {
      try {
        process.send?.({ call, result: (await commands[command]?.(argument)) ?? null })
      } catch (error) {
        process.send?.({ call, failure: error instanceof Error ? error.message : String(error) })
      }
    })()
  })
  // The bench is gone: so is the need for this.
  process.on('disconnect', () => process.exit())
}
