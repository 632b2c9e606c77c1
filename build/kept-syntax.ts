/**
 * What every Node, Electron and Bun that our bundles run on understands by itself. esbuild's own version of `using` keeps the error of one
 * turn of a loop and throws it again at the end of the next one, however that went (0.28.2).
 */
export const keptSyntax: Record<string, boolean> = { using: true }
