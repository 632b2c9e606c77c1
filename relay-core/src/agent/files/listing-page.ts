import type { FolderEntry } from './list-folder.ts'

/** The page for a folder: names, sizes and dates (UTC), without words in any language. */
export function listingPage({
  names,
  entries,
  isComplete,
}: {
  /** The names that lead here from the shared folder. */
  names: readonly string[]
  entries: readonly FolderEntry[]
  isComplete: boolean
}): string {
  const title = escape(`/${names.map((name) => `${name}/`).join('')}`)
  const up = names.length > 0 ? '<tr><td><a href="../../client">../</a></td><td></td><td></td></tr>\n' : ''
  return `<!doctype html>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.6 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
h1 { font-size: 1.1rem; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
td { padding: 0 .5rem; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent) }
td:first-child { overflow-wrap: anywhere; width: 100% }
td + td { text-align: end; white-space: nowrap; font-variant-numeric: tabular-nums }
</style>
<h1>${title}</h1>
<table>
${up}${entries.map(row).join('\n')}
</table>
${isComplete ? '' : '<p>…</p>\n'}`
}

function row({ name, isFolder, bytes, changedMs }: FolderEntry): string {
  const shown = isFolder ? `${name}/` : name
  // `../../client/files` in front, so that a name with a colon is not taken for a scheme.
  const href = `./${encodeURIComponent(name)}${isFolder ? '/' : ''}`
  const date = new Date(changedMs).toISOString().slice(0, 16).replace('T', ' ')
  return `<tr><td><a href="${escape(href)}">${escape(shown)}</a></td><td>${isFolder ? '' : readable(bytes)}</td><td>${date}</td></tr>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For text and attributes; characters that move the cursor or change the writing direction are shown as unknown. */
function escape(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
    .replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '\ufffd')
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

function readable(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}
