import { messagePortCarrier } from '../carrier/message-port-carrier.ts'
import { RefusedError } from '../carrier/rpc-carrier.ts'
import type { PageRefusal, RpcCarrier } from '../carrier/rpc-carrier.ts'
import { webSocketCarrier } from '../carrier/web-socket-carrier.ts'

const tokenKey = 'nps-desktop:token'

/** Whether a browser shows the page; otherwise it is the app's window, which has a scheme of its own. */
export function isInBrowser(page: Window): boolean {
  return page.location.protocol !== 'app:'
}

/**
 * The way to the backend. A browser shows the token that headless printed in its address (`#token=…`). It is kept for
 * this tab only and taken out of the address bar. An address with another token, which a headless that was started
 * again has printed, may be opened in the same tab: that loads no new page.
 */
export function chooseCarrier(page: Window): RpcCarrier {
  if (!isInBrowser(page)) return messagePortCarrier(page)
  let token = takeToken(page, page.location)
  page.addEventListener('hashchange', ({ newURL }) => {
    // the router may have gone on from there already
    token = takeToken(page, new URL(newURL))
  })
  const api = (): string => `//${page.location.host}/api?token=${encodeURIComponent(token)}`
  const carrier = webSocketCarrier(() => (page.location.protocol === 'https:' ? 'wss:' : 'ws:') + api())
  return {
    open: (options) =>
      carrier.open(options).catch(async (error: unknown) => {
        const why = await refusalAt(api(), options)
        throw why ? new RefusedError(why) : error
      }),
  }
}

/** A browser does not tell a page how a WebSocket was refused, but it tells the answer to the same address. */
async function refusalAt(api: string, { signal }: { signal: AbortSignal }): Promise<PageRefusal | null> {
  const answer = await fetch(api, { signal }).catch(() => null)
  if (answer?.status === 403) return 'token'
  return answer?.status === 503 ? 'pages' : null
}

function takeToken(page: Window, { hash, search }: Pick<URL, 'hash' | 'search'>): string {
  const given = /[#?&]token=([^&#/]+)/.exec(hash + search)?.[1]
  if (given) {
    page.sessionStorage.setItem(tokenKey, decodeURIComponent(given))
    const route = page.location.hash.startsWith('#/') ? page.location.hash.replace(/\?token=.*$/, '') : ''
    page.history.replaceState(null, '', page.location.pathname + route)
  }
  return page.sessionStorage.getItem(tokenKey) ?? ''
}
