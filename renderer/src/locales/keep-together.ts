/** Units that are written behind a number, and what Chinese counts with. */
const unit = /(\d) (?=(?:[KMGTP]?B|[KMG]bit|ms|s|min|h|d)(?:\/s)?(?![\w/])|°C|[秒分小天个条台块项次位人])/g

/** A number and its unit on one line: the space between them does not break. */
export function keepTogether(text: string): string {
  return text.replace(unit, '$1\u00a0')
}
