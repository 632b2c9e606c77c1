import { labCard } from '@nps-desktop/electron/contract'
import { expect, it } from 'vitest'
import { CardMinutes } from './card-minutes.ts'
import { readCard } from './card-reading.ts'

const atMs = 1_800_000_000_000
const nines = '9'.repeat(330)
const many = '9'.repeat(17)

/** Every number of an answer is `one`. */
const answer = (one: string): string => `
m who
goudan
Linux
${one}
m stat
cpu  0 0 0 0
m nvidia
0
${one}, GPU-a, NVIDIA A100, ${one}, ${one}, ${one}, ${one}
m nvidia-processes
GPU-a, ${one}, ${one}
m rocm
0
{"card0": {"GPU use (%)": "${one}", "VRAM Total Memory (B)": "${one}", "VRAM Total Used Memory (B)": "${one}", "Temperature (Sensor edge) (C)": "${one}"}, "system": {"PID${one.slice(0, 9)}": "python, 1, ${one}, 0"}}
m processes
48211 goudan Rl ${one}:${one} ${one}:${one} ${one} ${one} python train.py
${one} goudan Rl ${one} ${one} ${one} ${one}g python
m ended
9999 (python) Z ${`${one} `.repeat(51)}
m memory
MemTotal: ${one} kB
MemFree: ${one} kB
m load
${one} ${one} ${one}
m uptime
${one} ${one}
m disks
Filesystem
/dev/sda ${one} ${one} ${one} 1% /
m home
/dev/sda ${one} ${one} ${one} 1% /
m darwin
hw.memsize: ${one}
kern.boottime: { sec = ${one}, usec = 0 }
Pages free: ${one}.
m stat2
cpu  ${one} ${one} ${one} ${one}
`

it.each(['0', '-1', 'NaN', 'Infinity', '1e308', '0x1p9', many, nines, `${nines}.5`, '', '\u001b[2J', '٣'])(
  'a machine whose every number is %j is shown all the same',
  (one) => {
    const { reading } = readCard(answer(one), { mark: 'm', atMs, before: null })
    const minutes = new CardMinutes()
    minutes.add(reading)
    const { error } = labCard.safeParse({ reading, minutes: minutes.list(), failure: null })
    expect(error?.issues ?? []).toEqual([])
    expect(reading.users).toEqual([])
  },
)

it('no word of a machine turns the letters beside it round, ends a line or drives a terminal', () => {
  const word = 'a\u202eb\u001b[31m\u0007\u2028c'
  const text = answer('1')
    .replace('python train.py', `python ${word}`)
    .replace('goudan Rl', `${word} Rl`)
    .replace('NVIDIA A100', word)
    .replace('m darwin', `m users\n${word}\nm model\nmodel name: ${word}\nm darwin`)
    .replace('1% /\nm home', `1% /${word}\nm home`)
  const { reading } = readCard(text, { mark: 'm', atMs, before: null })
  const shown = JSON.stringify(reading)
  expect(shown.split('31m').length).toBeGreaterThan(4)
  expect(shown).not.toMatch(/[\p{Bidi_Control}\p{Zl}]|\\u00/u)
})
