/**
 * The Windows program of relay-core/keeper, or null. The one-file programs for Windows carry it: their build puts it here. Run
 * from its sources, nothing can be installed anyway.
 */
export function keeperProgram(): Buffer | null {
  return null
}
