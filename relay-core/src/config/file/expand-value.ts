/** Whether a value names an environment variable, by its whole form. */
export function isExpanded(value: string): boolean {
  return value.startsWith('${') && value.endsWith('}')
}

/**
 * `${NAME}` and `${NAME||default}` as the whole of a value: the variable, or the default where it is missing or empty. The
 * configuration library of stock nps reads them so, and container images rely on it.
 */
export function expandValue(value: string, environment: NodeJS.ProcessEnv): string {
  if (!isExpanded(value)) return value
  const inside = value.slice(2, -1)
  const at = inside.indexOf('||')
  const name = at < 0 ? inside : inside.slice(0, at)
  return environment[name] || (at < 0 ? '' : inside.slice(at + 2))
}
