import { expect, test } from 'vitest'
import { hostNames } from './host-names.ts'

const none = new Map<string, string>()
function namesOf(
  labNames: string[],
  taken: string[] = [],
  kept: ReadonlyMap<string, string> = none,
): string[] {
  const labs = labNames.map((labName, index) => ({ labId: `l${index}`, labName }))
  return [...hostNames(labs, { isTaken: (name) => taken.includes(name), kept }).values()]
}

test('a lab box is called by its name where a shell and ssh take it', () => {
  expect(
    namesOf(['lab-a100', 'GPU 2 (left)', 'gpu.lab.example.org', '实验室', '-x', 'localhost', '10.0.0.5']),
  ).toEqual(['lab-a100', 'gpu-2-left', 'gpu-lab-example-org', 'lab', 'x', 'lab-localhost', '10-0-0-5'])
  expect(namesOf(['x'.repeat(64)])).toEqual(['x'.repeat(40)])
})

test('two of one name are told apart, and a name that ssh knows already is left alone', () => {
  expect(namesOf(['a100', 'A100', 'a 100'])).toEqual(['a100', 'a100-2', 'a-100'])
  expect(namesOf(['a100'], ['a100'])).toEqual(['a100-2'])
})

test('a name stays as it was for as long as it fits', () => {
  const kept = new Map([['l1', 'a100']])
  const labs = [
    { labId: 'l0', labName: 'a100' },
    { labId: 'l1', labName: 'a100' },
  ]
  const isTaken = () => false
  expect([...hostNames(labs, { isTaken, kept })].sort()).toEqual([
    ['l0', 'a100-2'],
    ['l1', 'a100'],
  ])
  const renamed = hostNames([{ labId: 'l1', labName: 'h200' }], { isTaken, kept })
  expect(renamed.get('l1')).toBe('h200')
  const takenSince = hostNames([{ labId: 'l1', labName: 'a100' }], {
    isTaken: (name) => name === 'a100',
    kept,
  })
  expect(takenSince.get('l1')).toBe('a100-2')
})

test('no two lab boxes have one name, however many are called alike, and none has a name that is another host’s', () => {
  const alike = namesOf(Array.from({ length: 300 }, () => 'gpu'))
  expect(new Set(alike).size).toBe(300)
  const labs = ['a', 'b'].map((labId) => ({ labId, labName: 'gpu' }))
  // a pattern such as `*gpu*`
  expect([...hostNames(labs, { isTaken: (name) => name.includes('gpu'), kept: none })]).toEqual([])
})
