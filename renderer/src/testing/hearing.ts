/** A call of the app's, with what was asked. */
export type HeardCall = [name: string, input: unknown]

/** Answers of the app that write down what was asked of them, each with its name. */
export function hearing(calls: HeardCall[] = []) {
  const heard =
    <Answer extends object>(name: string, answer: Answer = {} as Answer) =>
    async (input: never) => {
      calls.push([name, input])
      return answer
    }
  return { calls, heard }
}
