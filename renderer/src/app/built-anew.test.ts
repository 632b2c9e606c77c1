import { afterEach, expect, test, vi } from 'vitest'
import { reloadWhenBuiltAnew } from './built-anew.ts'

afterEach(() => vi.restoreAllMocks())

test.each([
  ['an open page whose parts are gone is loaded again', 60_000, 1],
  ['a page that has just been loaded is not, since it would get nothing else', 1_000, 0],
])('%s', (_name, ageMs, times) => {
  vi.spyOn(window.performance, 'now').mockReturnValue(ageMs)
  const reload = vi.spyOn(window.location, 'reload').mockReturnValue()
  reloadWhenBuiltAnew(window)
  window.dispatchEvent(new Event('vite:preloadError', { cancelable: true }))
  expect(reload).toHaveBeenCalledTimes(times)
})
