import { isComment, splitLines } from '../../api/conf/conf-text.ts'
import { configError } from '../file/ini.ts'

/**
 * Puts environment variables in their places: `{{.NAME}}`, the only form of a template that is read here. Throws
 * `config-invalid` for another form, and for a variable that is missing or would change the lines.
 */
export function fillTemplate(text: string, file: string, environment: NodeJS.ProcessEnv): string {
  if (!text.includes('{{')) return text
  return splitLines(text)
    .map((raw, index) => {
      if (!raw.includes('{{') || isComment(raw.trim())) return raw
      const line = index + 1
      return raw.replaceAll(/\{\{.*?(?:\}\}|$)/g, (found) => {
        const name = /^\{\{\s*\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}$/.exec(found)?.[1]
        if (name === undefined) throw configError(file, line, 'of templates only {{.NAME}} is read here')
        const value = environment[name]
        if (value === undefined) throw configError(file, line, `there is no environment variable ${name}`)
        if (/[\r\n]/.test(value))
          throw configError(file, line, `the environment variable ${name} has several lines`)
        return value
      })
    })
    .join('\n')
}
