/** A page that has just been loaded would get nothing else by being loaded again. */
const minAgeMs = 10_000

/**
 * Loads the page again when one of its parts is not there any more: the pages were built anew, by a second `npm start`
 * for instance, and their parts have other names since. While its backend is away it would only get the browser's own page.
 */
export function reloadWhenBuiltAnew(page: Window, isOnline: () => boolean): void {
  page.addEventListener('vite:preloadError', (event) => {
    if (page.performance.now() < minAgeMs || !isOnline()) return
    event.preventDefault()
    page.location.reload()
  })
}
