import { expect, test } from 'vitest'
import { systemFolders, type WhoRuns } from './system-folders.ts'

const who: WhoRuns = {
  platform: 'linux',
  isRoot: false,
  home: '/home/ann',
  program: '/opt/nps',
  environment: {},
}

test('Linux: the folders of stock NPS for root, the usual ones of a user', () => {
  expect(systemFolders('nps', who)).toEqual({
    all: { settings: '/etc/nps', programs: ['/usr/bin', '/usr/local/bin'] },
    own: { settings: '/home/ann/.config/nps', programs: ['/home/ann/.local/bin'] },
  })
})

test('macOS: Application Support', () => {
  expect(systemFolders('npc', { ...who, platform: 'darwin', home: '/Users/ann' })).toEqual({
    all: { settings: '/Library/Application Support/npc', programs: ['/usr/local/bin'] },
    own: { settings: '/Users/ann/Library/Application Support/npc', programs: ['/Users/ann/.local/bin'] },
  })
})

test('Windows: the folders that the system names, or else the usual ones', () => {
  const home = String.raw`C:\Users\lab gpu`
  const on = (environment: NodeJS.ProcessEnv) =>
    systemFolders('npc', { ...who, platform: 'win32', home, environment })
  expect(on({})).toEqual({
    all: { settings: String.raw`C:\ProgramData\npc`, programs: [String.raw`C:\Program Files\npc`] },
    own: {
      settings: String.raw`C:\Users\lab gpu\AppData\Local\npc`,
      programs: [String.raw`C:\Users\lab gpu\AppData\Local\Programs\npc`],
    },
  })
  expect(on({ ProgramData: String.raw`D:\Data`, LOCALAPPDATA: String.raw`E:\Local` })).toMatchObject({
    all: { settings: String.raw`D:\Data\npc` },
    own: { settings: String.raw`E:\Local\npc` },
  })
})
