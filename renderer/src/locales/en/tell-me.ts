import type { ToldClosed } from '@nps-desktop/electron/contract'

/** What a person can ask to be told, and the settings of notifications. */
export const tellMe = {
  title: 'Tell me when…',
  processEnds: '{name} ends',
  processNote: 'pid {pid}',
  onGpus: 'GPU {list}',
  threads: '{n} thread | {n} threads',
  since: 'since {time}',
  gpuFree: 'A GPU is free | {number} GPUs are free',
  gpuNote: 'for 5 min · now {now}',
  gpusNow: '{number}, GPU {list}',
  gpusNowNone: 'none',
  diskOver: '{mount} is over {percent} %',
  memoryOver: 'Memory is over {percent} %',
  now: 'now {n} %',
  more: 'Something else…',
  nothing: 'Nothing runs here that could be waited for.',
  /** Whether it is told with this laptop off. */
  closed: {
    yes: 'Also by webhook, with this laptop off.',
    'no-webhook': 'This laptop has to stay on; with a webhook of the server (Settings) it would not have to.',
    'nps-old': 'This laptop has to stay on: the nps of the server is too old to tell it.',
    'npc-old': 'This laptop has to stay on: the npc there is too old to tell it.',
    'npc-off': 'This laptop has to stay on: the npc there was started with -discover=false.',
    'not-seen': 'This laptop has to stay on: the npc there does not see it.',
    unreachable:
      'This laptop has to stay on: the server could not be asked. Switch this off and on to ask again.',
  } satisfies Record<ToldClosed, string>,
  footTray:
    'Shown while NPS Desktop runs, also from the tray. What happened during sleep is shown on waking.',
  footPage: 'Told while this page is open in the browser.',
  settings: {
    title: 'Notifications',
    faults: 'Broken for over 2 min, and back again',
    faultsText: 'One for each cause, and none for what the window in front shows.',
    quotas: '80 % and 100 % of a quota',
    alerts: 'What I asked for on a lab box',
    quiet: 'Quiet hours',
    quietText: 'Nothing is shown during them; one summary follows.',
    from: 'From',
    to: 'To',
    allow: 'Allow',
    browser: 'Notifications of this browser',
    browserAsk: 'The browser asks once whether this page may show them.',
    browserDenied:
      'This browser does not let this page show them. Its settings for this page can change that.',
  },
}
