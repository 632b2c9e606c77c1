import { z } from 'zod'

/** Whether the app keeps entries in this account's ssh settings; `unasked`: nobody has said. Set by `openIn.keepEntries` alone. */
export const sshEntries = z.enum(['unasked', 'on', 'off'])
export type SshEntriesChoice = z.infer<typeof sshEntries>

export const settings = z.object({
  language: z.enum(['system', 'en', 'zh-CN']),
  theme: z.enum(['system', 'light', 'dark']),
  closeToTray: z.boolean(),
  /** At the start and each day; false: nothing is asked anywhere. */
  checkForUpdates: z.boolean(),
  /** Where newer versions are looked for; empty: where the build says. */
  updateAddress: z.string().max(2_048),
  /** A newer version is fetched as soon as it is found, not only when the person says so. */
  downloadUpdates: z.boolean(),
  sshEntries,
  /** Shells of the app's terminal go on on the lab box when their connection breaks off, where it has tmux. */
  keepShells: z.boolean(),
  /** Tell of servers, lab boxes and services that go for over two minutes, and of their return. */
  notifyFaults: z.boolean(),
  /** Tell of a quota at 80 % and 100 %. */
  notifyQuotas: z.boolean(),
  /** Tell what was asked for on a lab box. */
  notifyAlerts: z.boolean(),
  /** Minutes since midnight, this computer's time; over midnight where the end is before the beginning. */
  quietHours: z.object({
    isOn: z.boolean(),
    fromMinute: z.number().int().min(0).max(1439),
    toMinute: z.number().int().min(0).max(1439),
  }),
})
export type Settings = z.infer<typeof settings>

/** As a new installation has them. */
export const defaultSettings: Settings = {
  language: 'system',
  theme: 'system',
  closeToTray: true,
  checkForUpdates: true,
  updateAddress: '',
  downloadUpdates: false,
  sshEntries: 'unasked',
  keepShells: true,
  notifyFaults: true,
  notifyQuotas: true,
  notifyAlerts: true,
  quietHours: { isOn: false, fromMinute: 22 * 60, toMinute: 8 * 60 },
}

export const capabilities = z.object({
  version: z.string(),
  platform: z.string(),
  /** Desktop only things; the page offers just what is here. */
  desktop: z.boolean(),
  tray: z.boolean(),
  openFolder: z.boolean(),
  openUrl: z.boolean(),
  pickFile: z.boolean(),
  startAtLogin: z.boolean(),
  /** `keychain`: the OS keeps the key; `key-file`: a file of mode 0600 in the data folder. */
  secretStorage: z.enum(['keychain', 'key-file']),
  dataFolder: z.string(),
  /** Where this build looks for newer versions unless the person names another address; empty: nowhere. */
  updateAddress: z.string(),
})
export type Capabilities = z.infer<typeof capabilities>
