import {
  webhookKinds,
  webhookLanguages,
  type NewWebhook,
  type WebhookAnswer,
  type WebhookView,
} from '../../api/webhook/webhook-models.ts'
import type { Folders } from '../../config/file/folders.ts'
import { exitCode } from '../shared/exit.ts'
import { noSuchCommand, parseFlags, requireText, usageError } from '../shared/flags.ts'
import { readOneLineFile } from '../shared/one-line-file.ts'
import { print, printJson } from '../shared/output.ts'
import { withRelay } from './with-relay.ts'

const kinds = {
  kind: 'text',
  url: 'text',
  url_file: 'text',
  secret: 'text',
  secret_file: 'text',
  language: 'text',
  json: 'switch',
  conf_path: 'text',
} as const

export const webhookUsage = `nps webhook show
nps webhook set -kind=${webhookKinds.join('|')} -url=https://... [-secret=...] [-language=${webhookLanguages.join('|')}]
nps webhook test             sends a message now, and says what the service answered
nps webhook remove
Each takes -json. nps then tells that address when a lab box or a watched service goes for a minute and when it is back, when a
quota is used by 80 % and by 100 %, and when a guest pass is first used and ends. -url_file=file and -secret_file=file read
them from a file of one line (/dev/stdin too), so that they are on no command line. -secret: of a Feishu or DingTalk bot that signs.`

/** `nps webhook …`: where the relay tells what happens. */
export async function runWebhookCommand(
  args: readonly string[],
  foldersOf: (confPath: string | undefined) => Folders,
): Promise<number> {
  const { flags, words } = parseFlags(args, kinds)
  const folders = foldersOf(flags.conf_path)
  const show = (webhook: WebhookView | null) =>
    flags.json ? printJson(webhook) : print(webhookLines(webhook))
  switch (words.join(' ')) {
    case '':
    case 'show':
      show((await withRelay(folders, (relay) => relay.webhook.get({}))).webhook)
      return exitCode.ok
    case 'set': {
      const wanted = readWanted(flags)
      show(await withRelay(folders, (relay) => relay.webhook.set(wanted)))
      return exitCode.ok
    }
    case 'test': {
      const answer = await withRelay(folders, (relay) => relay.webhook.test({}))
      if (flags.json) printJson(answer)
      else print(answerLine(answer))
      return answer.state === 'taken' ? exitCode.ok : exitCode.failed
    }
    case 'remove':
      await withRelay(folders, (relay) => relay.webhook.remove({}))
      if (flags.json) printJson({})
      else print('There is no webhook any more.')
      return exitCode.ok
    default:
      throw noSuchCommand('nps webhook', words, webhookUsage)
  }
}

function readWanted(flags: {
  readonly kind?: string
  readonly url?: string
  readonly url_file?: string
  readonly secret?: string
  readonly secret_file?: string
  readonly language?: string
}): NewWebhook {
  const kind = requireText(flags.kind, 'kind')
  const language = flags.language ?? 'en'
  const knownKind = webhookKinds.find((one) => one === kind)
  const knownLanguage = webhookLanguages.find((one) => one === language)
  if (!knownKind) throw usageError(`-kind is one of ${webhookKinds.join(', ')}, not "${kind}".`)
  if (!knownLanguage)
    throw usageError(`-language is one of ${webhookLanguages.join(', ')}, not "${language}".`)
  const url =
    flags.url_file === undefined ? requireText(flags.url, 'url') : readOneLineFile('url', flags.url_file)
  const secret = flags.secret_file === undefined ? flags.secret : readOneLineFile('secret', flags.secret_file)
  return { kind: knownKind, url, language: knownLanguage, ...(secret !== undefined && { secret }) }
}

/** As `nps status` shows it too. */
export function webhookLines(webhook: WebhookView | null): string {
  if (!webhook) return 'No webhook: nps webhook set -kind=... -url=https://...'
  const { kind, origin, hasSecret, language, waiting, lost, last } = webhook
  return [
    `${kind} at ${origin}${hasSecret ? ', signed' : ''}, messages in ${language}; ${waiting} waiting, ${lost} given up.`,
    last ? `Last message ${new Date(last.atMs).toISOString()}: ${answerLine(last)}` : 'Nothing sent yet.',
  ].join('\n')
}

function answerLine({ state, status, said }: WebhookAnswer): string {
  const what = {
    taken: 'the service has taken it',
    refused: `the service does not take it (HTTP ${status ?? '?'})`,
    unreachable: 'the service could not be reached',
    timeout: 'the service did not answer in time',
  }[state]
  return `${what}${said === '' ? '' : `: ${said}`}`
}
