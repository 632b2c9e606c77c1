// A part of the page that is dropped on its way (Chromium does so when the computer's network changes in that moment)
// would leave the page empty or without its looks: it is loaded again, a few times. This file is no module, so that it
// does not wait for those.
;(() => {
  const key = 'load-again'
  const maxTries = 3
  const delayMs = 1_000
  let isWaiting = false
  // What the program adds to the page later has a message and a button of its own; the program begins after the parser's end.
  let ownParts
  document.addEventListener('readystatechange', () => {
    ownParts ??= new Set(document.querySelectorAll('script, link'))
  })
  addEventListener(
    'error',
    ({ target }) => {
      const isPart = target instanceof HTMLScriptElement || target instanceof HTMLLinkElement
      if (!isPart || isWaiting || (ownParts && !ownParts.has(target))) return
      const tries = Number(sessionStorage.getItem(key) ?? 0)
      if (tries >= maxTries) return
      isWaiting = true
      sessionStorage.setItem(key, String(tries + 1))
      setTimeout(() => location.reload(), delayMs)
    },
    true,
  )
  addEventListener('load', () => {
    // One that is about to be loaded again counts on: its style may be dropped each time, and the rest be there.
    if (!isWaiting && document.querySelector('.not-loaded') === null) sessionStorage.removeItem(key)
  })
})()
