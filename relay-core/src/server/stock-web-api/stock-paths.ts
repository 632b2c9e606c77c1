/** Whether a path is one of stock's, so that other requests need not load this. */
export function isStockPath(path: string): boolean {
  return /^\/(client|index|auth)\/[a-z]+$/.test(path)
}
