/** The address is https, so that nobody on the way learns the key in it; plain http to the relay's own machine alone, by what is written. */
export function isWebhookAddress(text: string): boolean {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return false
  }
  const isLoopback = /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(url.hostname)
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)
  return isSafe && url.username === '' && url.password === ''
}
