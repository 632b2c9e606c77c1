/** A page that has just been loaded would get nothing else by being loaded again. */
const minAgeMs = 10_000

/**
 * Loads the page again when one of its parts is not there any more: the pages were built anew, by a second `npm start`
 * for instance, and their parts have other names since. Without that a click that leads to a page not seen yet does nothing.
 */
export function reloadWhenBuiltAnew(page: Window): void {
  page.addEventListener('vite:preloadError', (event) => {
    if (page.performance.now() < minAgeMs) return
    event.preventDefault()
    page.location.reload()
  })
}
