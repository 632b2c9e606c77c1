import type { Messages } from './en.ts'
import type { Translation } from './translation.ts'
import { activity } from './zh-CN/activity.ts'
import { addTunnel } from './zh-CN/add-tunnel.ts'
import { console as webConsole } from './zh-CN/console.ts'
import { failures } from './zh-CN/failures.ts'
import { found } from './zh-CN/found.ts'
import { files } from './zh-CN/files.ts'
import { frame } from './zh-CN/frame.ts'
import { guests } from './zh-CN/guests.ts'
import { home } from './zh-CN/home.ts'
import { facts } from './zh-CN/facts.ts'
import { jobs } from './zh-CN/jobs.ts'
import { kinds } from './zh-CN/kinds.ts'
import { lab } from './zh-CN/lab.ts'
import { moving } from './zh-CN/moving.ts'
import { openIn } from './zh-CN/open-in.ts'
import { labCard } from './zh-CN/lab-card.ts'
import { path } from './zh-CN/path.ts'
import { ports } from './zh-CN/ports.ts'
import { server } from './zh-CN/server.ts'
import { settings } from './zh-CN/settings.ts'
import { setup } from './zh-CN/setup.ts'
import { signIn } from './zh-CN/sign-in.ts'
import { starts } from './zh-CN/starts.ts'
import { terminal } from './zh-CN/terminal.ts'
import { tellMe } from './zh-CN/tell-me.ts'
import { tunnel } from './zh-CN/tunnel.ts'
import { ui } from './zh-CN/ui.ts'
import { units } from './zh-CN/units.ts'
import { way } from './zh-CN/way.ts'
import { webhook } from './zh-CN/webhook.ts'
import { welcome } from './zh-CN/welcome.ts'

export const zhCN: Translation<Messages> = {
  activity,
  addTunnel,
  console: webConsole,
  facts,
  failures,
  found,
  files,
  frame,
  guests,
  home,
  jobs,
  kinds,
  lab,
  moving,
  openIn,
  labCard,
  path,
  ports,
  server,
  settings,
  setup,
  signIn,
  starts,
  terminal,
  tellMe,
  tunnel,
  ui,
  units,
  way,
  webhook,
  welcome,
}
