import { isUtf8 } from 'node:buffer'

/** Paths are compared as bytes, each a character up to U+00FF, as a head's bytes are read. */

/** A host tunnel's path with escapes decoded and dots resolved, so that `/数据` and `/%E6%95%B0…` are the same. */
export function rulePath(path: string): string {
  return lenient(decode(Buffer.from(path).toString('latin1')))
}

/**
 * How different programs read one path: literally (RFC 3986 §5.2.4), with `\`, `%2F` and doubled slashes as one
 * slash, without what follows `;`, and with dots as names. Which tunnel is meant must not depend on them: one
 * that asks for a password could be bypassed otherwise. Most paths have one reading. Undefined for what cannot be decoded:
 * a broken escape, or dots among bytes that are not UTF-8. The target gets the visitor's own spelling.
 */
export function readingsOf(requestTarget: string): ReadonlySet<string> | undefined {
  if (!requestTarget.startsWith('/')) return new Set(['/'])
  const path = requestTarget.split('?', 1)[0] ?? '/'
  if (/%(?![\da-f]{2})/i.test(path)) return undefined
  const decoded = decode(path)
  const hasDots = /(^|[/\\;])\.{1,2}([/\\;]|$)/.test(decoded)
  if (hasDots && !isUtf8(Buffer.from(decoded, 'latin1'))) return undefined
  return new Set([
    byTheLetter(path),
    decoded,
    lenient(decoded),
    lenient(decoded.replace(/;[^/\\]*/g, '')),
    lenient(decoded.split('#', 1)[0] ?? '/'),
  ])
}

function decode(path: string): string {
  return path.replace(/%([\da-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}

function byTheLetter(path: string): string {
  const steps: string[] = []
  const parts = path.split('/').slice(1).map(decode)
  for (const [at, part] of parts.entries()) {
    const isLast = at === parts.length - 1
    if (part === '..') steps.pop()
    else if (part !== '.') steps.push(part)
    if (isLast && (part === '..' || part === '.')) steps.push('')
  }
  return `/${steps.join('/')}`
}

function lenient(path: string): string {
  const plain = path.replaceAll('\\', '/')
  const steps: string[] = []
  for (const step of plain.split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '.' && step !== '') steps.push(step)
  }
  const isFolder = /\/(\.{1,2})?$/.test(plain)
  return steps.length === 0 ? '/' : `/${steps.join('/')}${isFolder ? '/' : ''}`
}
