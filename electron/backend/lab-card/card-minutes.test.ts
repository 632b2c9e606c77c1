import { expect, test } from 'vitest'
import { CardMinutes } from './card-minutes.ts'

test('a lab box that names other disks at each look has those of the last one in each minute', () => {
  const minutes = new CardMinutes()
  for (let look = 0; look < 12; look += 1) {
    minutes.add({
      atMs: look * 5_000,
      gpus: [],
      gpuFault: null,
      cpu: null,
      memory: null,
      disks: ['/', `/mnt/${look}`].map((mount) => ({
        mount,
        usedBytes: look,
        totalBytes: 100,
        isHome: false,
      })),
      load: null,
      users: [],
      upSinceMs: null,
      processes: [],
    })
  }
  expect(minutes.list().map(({ disks }) => disks)).toEqual([{ '/': 5.5, '/mnt/11': 11 }])
})
