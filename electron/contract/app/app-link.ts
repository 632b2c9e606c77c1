import { z } from 'zod'

/** What an `nps-desktop://` link asks the app to show. None of them changes anything: the page that is shown asks first. */
export const appLink = z.discriminatedUnion('kind', [
  /** `nps-desktop://open`: the window, as it is. */
  z.object({ kind: z.literal('open') }),
  /** `nps-desktop://tunnel/<id>`: that tunnel's page. */
  z.object({ kind: z.literal('tunnel'), tunnelId: z.string() }),
  /** `nps-desktop://lab/<id>` and `nps-desktop://server/<id>`, likewise. */
  z.object({ kind: z.literal('lab'), labId: z.string() }),
  z.object({ kind: z.literal('server'), serverId: z.string() }),
  /** `nps-desktop://connect?…`: the form for a running nps, filled in from what `nps connect` prints. */
  z.object({ kind: z.literal('connect'), line: z.string() }),
  /** `shown`: its beginning, for a message. */
  z.object({ kind: z.literal('unknown'), shown: z.string() }),
])
export type AppLink = z.infer<typeof appLink>

const scheme = 'nps-desktop:'
/** The longest line of `nps connect` has some 500 characters. */
const maxLength = 2_048
const maxShown = 80
/** As the app makes its ids. */
const id = /^[A-Za-z0-9-]{1,64}$/

/** Whether the text is a link for this app, be it a good one or not. */
export function isAppLink(text: string): boolean {
  return text.slice(0, scheme.length).toLowerCase() === scheme
}

/**
 * Reads a link that any program or web page may have opened. What does not fit the grammar to the letter is `unknown`, and of
 * that only what comes before `?` and `#` is kept: what follows may be a key.
 */
export function readAppLink(link: string): AppLink {
  const shown = (link.split(/[?#]/, 1)[0] ?? '').replaceAll(/[^\x20-\x7e]/g, '').slice(0, maxShown)
  const unknown: AppLink = { kind: 'unknown', shown }
  if (link.length > maxLength || !isAppLink(link) || !URL.canParse(link)) return unknown
  const { host, pathname, search, hash, username, password, port } = new URL(link)
  if (username !== '' || password !== '' || port !== '' || hash !== '') return unknown
  const path = pathname.replace(/^\//, '')
  if (host === 'connect' && path === '' && search !== '') return { kind: 'connect', line: link }
  if (search !== '') return unknown
  if (host === 'open' && path === '') return { kind: 'open' }
  if (!id.test(path)) return unknown
  if (host === 'tunnel') return { kind: 'tunnel', tunnelId: path }
  if (host === 'lab') return { kind: 'lab', labId: path }
  if (host === 'server') return { kind: 'server', serverId: path }
  return unknown
}
