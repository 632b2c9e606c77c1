import { listeningLimits } from '../../api/listening.ts'
import { programName } from '../../api/words/program-name.ts'
import { shortLine } from './short-line.ts'

/** Options that say where a program listens. To other programs their letters say something else, such as a password: a port alone is told. */
const portOptions = new Set(
  '--port -p -rfbport --bind-addr --server.port --ServerApp.port --NotebookApp.port'.split(' '),
)
const portValue = /^([\w.-]{0,100}:|\[[\da-fA-F:.]{1,50}\]:)?\d{1,5}$/
/** Options that say what a program serves. */
const servedOptions = new Set('--logdir --model --model-path --served-model-name --alias'.split(' '))
/** The same of llama-server, in letters of which others mean something else. */
const llamaOptions = new Set(['-m', '-a'])
/** Words by which programs of this kind are told what to do. */
const toldWords = new Set(['lab', 'notebook', 'run', 'serve', 'server', 'start', 'ui'])
/** Behind the name of such a program stands what it runs. */
const interpreter = /^(python[\d.]*|node|bash|sh)$/i
/** Options of Python before that: without a value, and with one. */
const pythonSwitch = /^-([bBdEhiIOPqsSuvx]+|[WX].+)$/
const pythonOption = /^-[WX]$/
/** In place of a script, Node runs what stands behind these. */
const nodeCode = /^--(eval|print)$/
/** Web servers of Python, and how they are told what to serve. */
const webServer = /^(uvicorn|gunicorn|hypercorn)$/
const application = /^[a-z]\w*(\.\w+)+:\w+$/
/** A path, a name, a module, an address; no URL with a login in it. */
const plainWord = /^[\p{L}\p{N}_./~+:[\],-]+$/u
/** A path of Windows, whose folders often have blanks in their names; an option or the end of a program behind a blank is where a quotation mark was missing. */
const windowsPath = /^[A-Za-z]:\\(?!.*(?: -[^ ]|\.(?:exe|bat|cmd|com) ))[\p{L}\p{N}_.\\ ~+(),-]+$/u

/**
 * What a lab box tells of a command line: the program, the script or module that it runs, and the options above. Whatever else stands there stays on the
 * lab box: it may be a password or a token.
 */
export function toldCommand(args: readonly string[]): string[] {
  // a program that has set a title of its own, such as `sshd: …`, has one argument with spaces
  const [first = ''] = args
  const [program = ''] = windowsPath.test(first) ? [first] : first.split(/\s/, 1)
  if (program === '') return []
  const told = [shortened(program)]
  const name = programName(program)
  const isPython = /^python/i.test(name)
  let script: string | undefined
  // Behind an option that may take a value nobody can tell the script from its arguments, which may be secret.
  let mayRun = interpreter.test(name)
  for (let at = 1; at < args.length && told.length < listeningLimits.words - 1; at++) {
    const word = args[at] ?? ''
    const [option, given] = splitOption(word)
    const isBefore = script === undefined
    const isModule = option === '-m' && isPython && isBefore
    const isServedOption = servedOptions.has(option) || (name === 'llama-server' && llamaOptions.has(option))
    if (isModule || isServedOption || portOptions.has(option)) {
      const value = given ?? args[++at] ?? ''
      if (isModule) script = value
      else mayRun = false
      if (portOptions.has(option) ? portValue.test(value) : isPlain(value))
        told.push(option, shortened(value))
    } else if (word.startsWith('-')) {
      if (nodeCode.test(option)) mayRun = false
      if (given !== undefined || (isPython && isBefore && pythonSwitch.test(word))) continue
      if (!isPython || !pythonOption.test(word)) mayRun = false
      // what follows may be its value
      if (args[at + 1]?.startsWith('-') === false) at++
    } else {
      const isScript = mayRun && isBefore
      if (isScript) script = word
      const isModel = told.at(-1) === 'serve' && programName(script ?? program) === 'vllm'
      const isServed = isModel || (webServer.test(script ?? '') && application.test(word))
      const isTold = isScript || isServed || toldWords.has(word) || word.endsWith('.py')
      if (isTold && isPlain(word)) told.push(shortened(word))
    }
  }
  return told
}

function isPlain(word: string): boolean {
  return plainWord.test(word) || windowsPath.test(word)
}

/** `--port=8888` */
function splitOption(word: string): [name: string, value: string | undefined] {
  const at = word.startsWith('-') ? word.indexOf('=') : -1
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}

function shortened(word: string): string {
  return shortLine(word, listeningLimits.wordLength)
}
