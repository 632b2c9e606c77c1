/** Quotes one word for PowerShell. Throws a `TypeError` on what single quotes do not hold, among them the other quotation marks that PowerShell takes for one. */
export function powershellWord(text: string): string {
  if (/[\p{Cc}\u2018-\u201b]/u.test(text))
    throw new TypeError('a word for PowerShell with a control character or a typographic quotation mark')
  return `'${text.replaceAll("'", "''")}'`
}

/**
 * A command line that runs `script` in Windows PowerShell, whether it is pasted into a PowerShell or into cmd. Between the double quotes stand
 * no characters that one of the two reads as its own: throws a `TypeError` otherwise.
 */
export function powershellLine(script: string): string {
  if (/["\u201c-\u201e$`%\p{Cc}]/u.test(script))
    throw new TypeError('not a script that both PowerShell and cmd leave as it is')
  return `powershell -NoProfile -ExecutionPolicy Bypass -Command "${script}"`
}
