import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { protocol } from 'electron'

export const appOrigin = 'app://nps-desktop'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** No connections at all: the page's only way out is its MessagePort. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Before `app.ready`. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, codeCache: true } },
  ])
}

/** After `app.ready`: `app://nps-desktop/…` is the built page's folder, and nothing else. */
export function serveApp(folder: string): void {
  protocol.handle('app', async (request) => {
    const url = new URL(request.url)
    const file = normalize(
      join(folder, url.pathname === '/' ? 'index.html' : decodeURIComponent(url.pathname)),
    )
    if (url.origin !== appOrigin && `${url.protocol}//${url.host}` !== appOrigin)
      return new Response(null, { status: 404 })
    if (!file.startsWith(folder + sep)) return new Response(null, { status: 404 })
    let body: Uint8Array<ArrayBuffer>
    try {
      body = new Uint8Array(await readFile(file))
    } catch {
      return new Response(null, { status: 404 })
    }
    return new Response(body, {
      headers: {
        'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
      },
    })
  })
}
