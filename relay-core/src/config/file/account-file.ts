import { isComment, splitLines } from '../../api/conf/conf-text.ts'

/**
 * Users of a `multi_account` file, one `name=password` per line. A line without a name would let everyone in, so blank ones and
 * the like are left out. Names and passwords keep their case.
 */
export function parseAccounts(text: string): Record<string, string> {
  const accounts: [string, string][] = []
  for (const raw of splitLines(text)) {
    const line = raw.replace(/^\uFEFF/, '').trim()
    const at = line.indexOf('=')
    if (isComment(line) || at < 1) continue
    const name = line.slice(0, at).trim()
    if (name !== '') accounts.push([name, line.slice(at + 1).trim()])
  }
  return Object.fromEntries(accounts)
}
