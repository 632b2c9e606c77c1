import { afterEach, expect, test, vi } from 'vitest'
import { reloadWhenBuiltAnew } from './built-anew.ts'

afterEach(() => vi.restoreAllMocks())

test.each([
  // first, since the page keeps what listens to it
  ['one whose backend is away is not loaded again', 60_000, false, 0],
  ['an open page whose parts are gone is loaded again', 60_000, true, 1],
  ['a page that has just been loaded is not, since it would get nothing else', 1_000, true, 0],
])('%s', (_name, ageMs, isOnline, times) => {
  vi.spyOn(window.performance, 'now').mockReturnValue(ageMs)
  const reload = vi.spyOn(window.location, 'reload').mockReturnValue()
  reloadWhenBuiltAnew(window, () => isOnline)
  window.dispatchEvent(new Event('vite:preloadError', { cancelable: true }))
  expect(reload).toHaveBeenCalledTimes(times)
})
