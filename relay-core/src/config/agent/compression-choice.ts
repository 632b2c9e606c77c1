/** Whether bytes that shrink are compressed where the line is slow: by an agent, and for a visitor of private tunnels. */
export const compressionChoices = ['yes', 'no'] as const
export type CompressionChoice = (typeof compressionChoices)[number]

/** Null, or what is wrong with a choice. */
export function compressionProblem(choice: string): string | null {
  return compressionChoices.some((known) => known === choice)
    ? null
    : `needs ${compressionChoices.join(', ')}`
}
