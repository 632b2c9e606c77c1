/**
 * Whether `npm start` opens the app's window: where there is a display, unless a flag is given. All flags are about serving the
 * app to a browser, so whoever types one wants that.
 */
export function opensWindow(
  flags: readonly string[],
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (flags.length > 0) return false
  return platform !== 'linux' || Boolean(environment['DISPLAY'] || environment['WAYLAND_DISPLAY'])
}
