import type { AbsenceReason } from '@nps-desktop/relay-core/api'

/** The page of a lab box, and the words for how its npc starts. */
export const lab = {
  starts: {
    systemd: {
      title: 'Starts at boot',
      text: 'systemd starts npc with the machine, and again if it ever stops.',
    },
    'systemd-user': {
      title: 'Starts at boot, without root',
      text: 'systemd starts npc for this account with the machine, and again if it ever stops.',
    },
    cron: {
      title: 'Starts at boot, without root',
      text: 'cron starts npc with the machine; a small loop starts it again if it stops.',
    },
    background: {
      title: 'Runs until the lab box restarts',
      text: 'This account can neither keep a service running nor use cron. After a restart, choose Set up again, or ask the administrator to run the line below.',
      ask: 'loginctl enable-linger {user}',
    },
    'windows-service': {
      title: 'Starts at boot',
      text: 'Windows starts npc as a service with the machine, and again if it ever stops.',
    },
    logon: {
      title: 'Starts when its user logs on',
      text: 'Windows starts npc when this user logs on, and ends it when they log off. Run npc install there as an administrator to make it start with the machine.',
    },
    launchd: {
      title: 'Starts at boot',
      text: 'launchd starts npc with the machine, and again if it ever stops.',
    },
    'launchd-agent': {
      title: 'Starts when its user logs in',
      text: 'launchd starts npc when this user logs in, and ends it when they log out. Run sudo npc install there to make it start with the machine.',
    },
    none: {
      title: 'Started by hand',
      text: 'After a restart of the lab box somebody has to start npc again. Run npc install there to make it start at boot.',
    },
    unknown: {
      title: 'How it starts is not known',
      text: 'It was not set up from here, and its npc does not say.',
    },
  },
  stateOnline: 'Online for {time}',
  stateOffline: 'Offline since {time}',
  stateNever: 'Never connected yet',
  stateUnknown: 'Not known since {time}',
  stateUnknownEver: 'Not known',
  stateWaiting: 'Waiting for it',
  startsAtBoot: 'starts at boot',
  startsAtLogon: 'runs while its user is logged on',
  runsUntilRestart: 'runs until the lab box restarts',
  on: 'through {server}',
  npc: 'npc {version}',
  tunnels: 'Tunnels',
  noTunnels: 'No tunnels yet',
  noTunnelsText:
    'One click each: a port is chosen, and the whole path is tested before the tunnel is called ready.',
  agent: 'Details',
  away: 'Why it is away',
  lastAway: 'Last away',
  lastAwayTimes: '{from} to {until}, for {time}',
  absence: {
    stopped: 'Its npc was stopped, or the machine shut down or restarted.',
    lost: 'Nothing was heard from it any more: its network, the machine, or npc.',
    restarted:
      'Nothing was heard from it, and its npc was then started again, as after a restart of the machine.',
    disabled: 'It was switched off on its server.',
    portal:
      'It seems to have been behind the login page of its network. npc can sign in there by itself with a command of yours (npc -before_dial=...).',
  } satisfies Record<AbsenceReason, string>,
  program: 'Program',
  address: 'SSH address',
  noAddress: 'Added by a pasted line',
  account: 'Account',
  seenFrom: 'Seen from',
  setUpAgain: 'Set up again',
  pasteAgain: 'Show the line to paste',
  goOn: 'Continue the setup',
  updateSignIn: 'Update sign-in',
  allow: {
    label: 'Tunnels may lead to',
    box: 'This lab box only',
    any: 'The lab box and the machines it reaches',
    listed: 'Only these addresses',
    list: 'Addresses',
    listHint:
      'Names, addresses or networks with commas between, each with a port if you like: 127.0.0.1, 10.0.0.0/24:22, nas.lab:445',
    hint: 'npc on the lab box keeps to this, so that nobody who takes over the server gets any further.',
    anyHint: 'Whoever takes over the server can then open connections to all of them.',
    change: 'Change',
    save: 'Save and set up again',
    saveLine: 'Save and show the line',
    notInForce: 'Not in force yet: set the lab box up again.',
    inForceUnknown:
      'npc there keeps to what it was told when it was last set up or a line was last pasted, which this app cannot see. A change takes effect with the next one.',
  },
  rename: 'Rename',
  newName: 'New name',
  remove: 'Remove {name}',
  removeTitle: 'Remove {name}?',
  removeText: 'Its tunnels are closed and removed:',
  removeNone: 'It has no tunnels.',
  removeUninstall: 'Also uninstall npc from the lab box: its service, program and settings',
  removeNoSignIn: 'npc stays on the lab box, as this app has no sign-in there. To remove it, run this there:',
  removeByOwnTunnel:
    'npc stays on the lab box: the app signs in there through its tunnel, which ends with npc. To remove it, run this there:',
  removeAnyway: 'Remove it without that',
  waitingText: 'The setup continues where it stopped.',
  removing: 'Removing npc from {name}',
  notFound: 'This lab box no longer exists',
  notFoundText: 'It was removed, here or on another computer.',
  home: 'Back to Home',
}
