import type { IncomingMessage } from 'node:http'

/** Whether a path is one of stock's, so that other requests need not load this. */
export function isStockPath(path: string): boolean {
  return /^\/(client|index|auth)\/[a-z]+$/.test(path)
}

/** Whether a browser asks for a page of stock's console, from a bookmark or a written instruction. */
export function isStockPage(path: string, { method }: Pick<IncomingMessage, 'method'>): boolean {
  return (method === 'GET' || method === 'HEAD') && /^\/(login|index|client|global)\/[a-z0-9]+$/.test(path)
}
