/**
 * The path that decides which tunnel is meant: without query, `.`, `..` and doubled slashes resolved and escapes read, so
 * that `/open/%2e%2e/closed` counts as `/closed`. What the target gets is the visitor's own spelling.
 */
export function routingPath(requestTarget: string): string {
  if (!requestTarget.startsWith('/')) return '/'
  const path = unescape(requestTarget.split(/[?#]/, 1)[0] ?? '/').replaceAll('\\', '/')
  const steps: string[] = []
  for (const step of path.split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '.' && step !== '') steps.push(step)
  }
  const isFolder = /\/(\.{1,2})?$/.test(path)
  return steps.length === 0 ? '/' : `/${steps.join('/')}${isFolder ? '/' : ''}`
}

function unescape(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    // Not UTF-8: the escapes stay, and so does what they could hide.
    return path.replace(/%(2e|2f|5c)/gi, (escaped) => decodeURIComponent(escaped))
  }
}
