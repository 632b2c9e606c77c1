import { editConf, isReadableValue } from '../../api/conf/conf-text.ts'
import { RelayError } from '../../api/errors.ts'
import { isExpanded } from './expand-value.ts'

/** As `editConf`, of keys in lower case. Throws `invalid-input` for a value that would not be read back unchanged. */
export function editConfig(text: string, changes: Readonly<Record<string, string>>): string {
  for (const [key, value] of Object.entries(changes)) {
    if (!/^[a-z][a-z0-9_]*$/.test(key) || !isReadableValue(value) || isExpanded(value)) {
      throw new RelayError('invalid-input', `The value for ${key} cannot stand in nps.conf as it is.`, {
        key,
      })
    }
  }
  return editConf(text, new Map(Object.entries(changes)))
}
