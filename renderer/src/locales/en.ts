import { activity } from './en/activity.ts'
import { addTunnel } from './en/add-tunnel.ts'
import { console as webConsole } from './en/console.ts'
import { failures } from './en/failures.ts'
import { found } from './en/found.ts'
import { files } from './en/files.ts'
import { frame } from './en/frame.ts'
import { guests } from './en/guests.ts'
import { home } from './en/home.ts'
import { facts } from './en/facts.ts'
import { jobs } from './en/jobs.ts'
import { kinds } from './en/kinds.ts'
import { lab } from './en/lab.ts'
import { moving } from './en/moving.ts'
import { openIn } from './en/open-in.ts'
import { labCard } from './en/lab-card.ts'
import { path } from './en/path.ts'
import { ports } from './en/ports.ts'
import { server } from './en/server.ts'
import { settings } from './en/settings.ts'
import { setup } from './en/setup.ts'
import { signIn } from './en/sign-in.ts'
import { starts } from './en/starts.ts'
import { terminal } from './en/terminal.ts'
import { tellMe } from './en/tell-me.ts'
import { tunnel } from './en/tunnel.ts'
import { ui } from './en/ui.ts'
import { units } from './en/units.ts'
import { way } from './en/way.ts'
import { webhook } from './en/webhook.ts'
import { welcome } from './en/welcome.ts'

export const en = {
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
export type Messages = typeof en
