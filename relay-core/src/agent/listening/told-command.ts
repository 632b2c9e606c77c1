import { basename } from 'node:path/posix'
import { listeningLimits } from '../../api/listening.ts'
import { printable } from '../../api/printable.ts'

/** Options that say where a program listens and what it serves. */
const toldOptions = new Set(
  [
    '-m --port -p -rfbport --bind-addr --server.port --ServerApp.port --NotebookApp.port',
    '--logdir --model --model-path --served-model-name --alias -a',
  ].flatMap((line) => line.split(' ')),
)
/** Words by which programs of this kind are told what to do. */
const toldWords = new Set(['lab', 'notebook', 'run', 'serve', 'server', 'start', 'ui'])
/** Behind the name of such a program, and the switches of it that take no value, stands what it runs. */
const interpreter = /^(python[\d.]*|node|bash|sh)$/
const interpreterSwitch = /^-[bBdEhiIOPqsSuvx]+$/
/** Web servers of Python, and how they are told what to serve. */
const webServer = /^(uvicorn|gunicorn|hypercorn)$/
const application = /^[a-z]\w*(\.\w+)+:\w+$/
/** A path, a name, a module, an address; no URL with a login in it. */
const plainWord = /^[\p{L}\p{N}_./~+:[\],-]+$/u

/**
 * What a lab box tells of a command line: the program, the script or module that it runs, and the options above. Whatever else stands there stays on the
 * lab box: it may be a password or a token.
 */
export function toldCommand(args: readonly string[]): string[] {
  // a program that has set a title of its own, such as `sshd: …`, has one argument with spaces
  const [program = ''] = (args[0] ?? '').split(/\s/, 1)
  if (program === '') return []
  const told = [shortened(program)]
  const runs = interpreter.test(basename(program))
  let script: string | undefined
  for (let at = 1; at < args.length && told.length < listeningLimits.words - 1; at++) {
    const word = args[at] ?? ''
    const [name, given] = splitOption(word)
    if (toldOptions.has(name)) {
      const value = given ?? args[++at] ?? ''
      if (name === '-m') script ??= value
      if (plainWord.test(value)) told.push(name, shortened(value))
    } else if (word.startsWith('-')) {
      const isSwitch = runs && script === undefined && interpreterSwitch.test(word)
      // what follows may be its value
      if (given === undefined && !isSwitch && args[at + 1]?.startsWith('-') === false) at++
    } else {
      const isScript = runs && script === undefined
      if (isScript) script = word
      const isServed = told.at(-1) === 'serve' || (webServer.test(script ?? '') && application.test(word))
      const isTold = isScript || isServed || toldWords.has(word) || word.endsWith('.py')
      if (isTold && plainWord.test(word)) told.push(shortened(word))
    }
  }
  return told
}

/** `--port=8888` */
function splitOption(word: string): [name: string, value: string | undefined] {
  const at = word.startsWith('-') ? word.indexOf('=') : -1
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}

function shortened(word: string): string {
  return printable(word).slice(0, listeningLimits.wordLength)
}
