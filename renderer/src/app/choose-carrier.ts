import type { RpcCarrier } from '../carrier/rpc-carrier.ts'
import { messagePortCarrier } from '../carrier/message-port-carrier.ts'
import { webSocketCarrier } from '../carrier/web-socket-carrier.ts'

const tokenKey = 'nps-desktop:token'

/**
 * The app's own scheme means Electron; anything else is a browser, which shows the token that headless printed
 * in its address (`#token=…`). The token is kept for this tab only and taken out of the address bar.
 */
export function chooseCarrier(page: Window): RpcCarrier {
  if (page.location.protocol === 'app:') return messagePortCarrier(page)
  const token = takeToken(page)
  return webSocketCarrier(() => {
    const scheme = page.location.protocol === 'https:' ? 'wss' : 'ws'
    return `${scheme}://${page.location.host}/api?token=${encodeURIComponent(token)}`
  })
}

function takeToken(page: Window): string {
  const given = /[#?&]token=([^&#/]+)/.exec(page.location.hash + page.location.search)?.[1]
  if (given) {
    page.sessionStorage.setItem(tokenKey, decodeURIComponent(given))
    const route = page.location.hash.startsWith('#/') ? page.location.hash.replace(/\?token=.*$/, '') : ''
    page.history.replaceState(null, '', page.location.pathname + route)
  }
  return page.sessionStorage.getItem(tokenKey) ?? ''
}
