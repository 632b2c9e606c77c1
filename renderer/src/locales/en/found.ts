import type { FoundAbout } from '@nps-desktop/electron/contract'

/** What was found on a lab box: programs that listen there. */
export const found = {
  title: 'Found on this machine',
  looking: 'Looking…',
  looked: 'looked {time} ago',
  asOf: 'as of {time}',
  you: 'you',
  system: 'system',
  add: 'Add',
  addIt: 'Add it',
  addNamed: 'Add a tunnel to {name} on port {port}',
  use: 'Use {port}',
  moved: '{tunnel} leads to port {port}, where nothing runs now.',
  elses: '{name} of {owner} will be reachable by you.',
  haveTunnels: '{ports} has a tunnel | {ports} have tunnels',
  nothing: 'No notebook, board or model server runs here.',
  allTunnelled: 'Everything that runs here has its tunnel.',
  off: 'The app does not look what runs on {name}.',
  turnOn: 'Look there',
  turnOff: 'Do not look on {name}',
  lookAgain: 'Look again',
  about: {
    folder: '{text}',
    logdir: 'logdir {text}',
    conda: 'conda {text}',
    venv: 'venv {text}',
    model: '{text}',
    script: '{text}',
    title: '{text}',
  } satisfies Record<FoundAbout['what'], string>,
}
