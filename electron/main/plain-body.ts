/**
 * The text of a notification for Linux, where it is markup (Desktop Notifications Specification): names in it are other
 * people's words, and must be no tags. Signs that look alike serve desktops that show markup as it is, too.
 */
export function plainBody(body: string, platform: NodeJS.Platform): string {
  return platform === 'linux' ? body.replaceAll('<', '‹').replaceAll('>', '›') : body
}
