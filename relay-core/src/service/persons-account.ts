import { userInfo } from 'node:os'
import { accountGrammar } from '../wire/text-fields.ts'

/**
 * The account with which the person at the keyboard has signed in, also behind `sudo`. Empty where it has no name, or
 * one that cannot be passed on (such as a domain account, with a backslash).
 */
export function personsAccount(environment: NodeJS.ProcessEnv = process.env): string {
  const name = environment['SUDO_USER'] ?? ownName()
  return accountGrammar.test(name) ? name : ''
}

function ownName(): string {
  try {
    return userInfo().username
  } catch {
    // an account without an entry in the list of users, as in some containers
    return ''
  }
}
