import { extname } from 'node:path'

const text = (type: string) => `${type}; charset=utf-8`

/** What browsers display, and what labs typically keep; everything else is sent as plain bytes. */
const types: Readonly<Record<string, string>> = {
  '.html': text('text/html'),
  '.htm': text('text/html'),
  '.css': text('text/css'),
  '.js': text('text/javascript'),
  '.mjs': text('text/javascript'),
  '.txt': text('text/plain'),
  '.log': text('text/plain'),
  '.md': text('text/plain'),
  '.py': text('text/plain'),
  '.sh': text('text/plain'),
  '.r': text('text/plain'),
  '.c': text('text/plain'),
  '.cpp': text('text/plain'),
  '.h': text('text/plain'),
  '.toml': text('text/plain'),
  '.yaml': text('text/plain'),
  '.yml': text('text/plain'),
  '.csv': text('text/csv'),
  '.tsv': text('text/tab-separated-values'),
  '.xml': text('text/xml'),
  '.json': 'application/json',
  '.ipynb': 'application/json',
  '.pdf': 'application/pdf',
  '.zip': 'application/zip',
  '.gz': 'application/gzip',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.ico': 'image/x-icon',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
}

/** Of a file by the ending of its name. */
export function contentType(name: string): string {
  return types[extname(name).toLowerCase()] ?? 'application/octet-stream'
}
