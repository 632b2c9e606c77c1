const interpreters = /^(?:python|pypy|node|ruby|perl|julia|bash|dash|sh|zsh|Rscript|java|deno|bun)[\d.]*$/

/**
 * What a person calls a process, from its command line: `train.py` of `python -u train.py --epochs 90`, `vllm` of
 * `python -m vllm.entrypoints.openai.api_server`, otherwise the program's own name.
 */
export function processName(command: string): string {
  const words = command.split(' ').filter((word) => word !== '')
  const program = baseName(words[0] ?? '')
  if (!interpreters.test(program)) return cut(program)
  for (const [index, word] of words.slice(1).entries()) {
    if (word === '-c') return cut(program)
    if (word === '-m') return cut(words[index + 2]?.split('.')[0] ?? program)
    if (word === '-jar') return cut(baseName(words[index + 2] ?? program))
    if (!word.startsWith('-')) return cut(baseName(word))
  }
  return cut(program)
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/:$/, '')
}

function cut(name: string): string {
  return name.slice(0, 60) || '?'
}
