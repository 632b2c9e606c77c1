/**
 * The same nps or npc of version 0.9.9: the number stands in its source once, in quotes, and before that in what was compiled
 * from it. Changes the given bytes.
 * @throws Error where they are not version 1.0.0, or that is not so
 */
export function olderProgram(program: Buffer): Buffer {
  const source = program.indexOf('"1.0.0"') + 1
  const compiled = program.lastIndexOf('1.0.0', source - 1)
  if (source === 0 || program.includes('"1.0.0"', source) || compiled < 0)
    throw new Error('this program does not have its version where it was')
  for (const at of [source, compiled]) program.write('0.9.9', at, 'latin1')
  return program
}
