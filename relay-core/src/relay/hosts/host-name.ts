import { isIPv4, isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'
import { RelayError } from '../../api/errors.ts'

const maxNameLength = 253
const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/

/**
 * The name of a host tunnel, in any script: `lab.example.com`, `*.example.com` for every name under it at any depth but not
 * `example.com` itself, or `*` for whatever no other tunnel takes. Returns it as visitors ask for it: in lower case, without
 * the last dot, 实验室.example.com as xn--….example.com (RFC 5891); throws `invalid-input`.
 */
export function readTunnelHost(text: string): string {
  const [, wildcard = '', rest = ''] = /^(\*\.)?(.*)$/s.exec(text.trim()) ?? []
  const name = wildcard + canonical(inAscii(rest))
  if (name === '*' || isName(name.replace(/^\*\./, '')) || isIPv6(name)) return name
  throw new RelayError(
    'invalid-input',
    `"${text}" is not a host name: write lab.example.com, *.example.com for every name under it, or * for all.`,
    { host: text },
  )
}

/**
 * The host that a visitor asks for, from a Host header, `host[:port]` of an absolute address, or SNI. Undefined for anything that is not a
 * name: control characters, spaces, user names, two colons outside brackets.
 */
export function readVisitedHost(authority: string): string | undefined {
  // Some programs send the name as it was typed, in UTF-8.
  const typed = inAscii(Buffer.from(authority, 'latin1').toString())
  const match = /^(?:\[([0-9a-f:.]{2,45})\]|([^\s:/[\]@*]{1,254}))(?::\d{0,5})?$/i.exec(typed)
  if (!match) return undefined
  if (match[1] !== undefined) return isIPv6(match[1]) ? canonical(match[1]) : undefined
  const name = canonical(match[2] ?? '')
  return isName(name) ? name : undefined
}

function canonical(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  if (isIPv6(bare)) return new URL(`http://[${bare}]`).hostname.slice(1, -1)
  return bare.endsWith('.') ? bare.slice(0, -1) : bare
}

function isName(text: string): boolean {
  if (text.length > maxNameLength) return false
  return isIPv4(text) || text.split('.').every((part) => label.test(part))
}

/** A non-ASCII name in its ASCII form, with its port kept; anything else unchanged. */
function inAscii(text: string): string {
  if (!/[^ -~]/.test(text)) return text
  const [, name = '', port = ''] = /^(.*?)(:\d{0,5})?$/s.exec(text) ?? []
  // Only characters that a name may have: the algorithm interprets slashes and the like in its own way.
  return /^[\p{L}\p{N}\p{M}_.。-]+$/u.test(name) ? domainToASCII(name) + port : text
}
