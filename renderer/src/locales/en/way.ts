import type { ByRelayReason } from '@nps-desktop/relay-core/api'

/** Which way a private tunnel goes: directly, or through the server and why. */
export const way = {
  readyDirect: 'Ready · direct · {ms}',
  readyThroughServer: 'Ready · through the server · {ms}',
  direct: 'direct · {ms}',
  nothingPasses: 'nothing goes through the server',
  olderPass:
    'nothing goes through the server | one earlier connection still goes through the server | {n} earlier connections still go through the server',
  standingBy: 'standing by',
  standingByIn: 'standing by, {ms}',
  serverAway: 'does not answer',
  dotsReady: 'Direct: all three stops answer',
  dotsFailed: 'Direct: stop {number} of 3 fails: {stop}',
  titles: {
    notYet: 'Through the server so far.',
    looking: 'Looking for a direct way…',
    notDirect: 'Not direct from here.',
    byServer: 'Through the server.',
  },
  reasons: {
    'not-tried': 'A direct way is looked for with the next connection.',
    looking: 'This laptop and {lab} try the addresses of each other. What is open stays open meanwhile.',
    networks: 'The networks between this laptop and {lab} let no direct connection through.',
    'router-here':
      'The router of this network gives each connection a new port, so {lab} cannot find the way back.',
    'router-there':
      'The router in front of {lab} gives each connection a new port, so this laptop cannot find the way there.',
    'no-udp':
      '{server} gives no answer over UDP: this network blocks it, or the UDP ports {port} and {next} of {server} are closed.',
    silent: 'The direct way lets nothing through any more. What is open has moved to the server.',
    limited:
      'A tunnel with a limit, a quota, a list of addresses or several targets has to pass {server}, which sees to that. The same goes for limits of {lab}.',
    'off-server': 'Direct ways are switched off on {server} (direct_links=false).',
    'off-lab':
      'npc on {lab} takes no direct ways: it was started with -direct=no, or is told to reach {server} by way of another machine.',
    'off-here': 'The direct way is switched off in the settings of this tunnel.',
    near: '{server} is this laptop: no way is shorter.',
    older: 'npc on {lab}, or nps on {server}, is too old for it. Update them on the page of the server.',
    busy: '{server} or {lab} has as many direct ways as it may, or was asked a moment ago.',
    unanswered: '{server} or {lab} did not answer when asked for one.',
  } satisfies Record<ByRelayReason, string>,
  wasDirect: 'It was direct at {time}.',
  wasDirectAt: 'was direct at {time}',
  alone: {
    'goes-on': {
      title: 'It goes on without {server}.',
      text: '{server} does not answer, and nothing of this goes through it. If {lab} has lost {server} too, it ends the direct way after 10 minutes.',
    },
    silent: {
      title: 'The direct way does not answer.',
      text: 'Something last came by it at {time}, and {server} does not answer either. Whichever is back first is used; what is open waits for up to a minute.',
    },
    ended: {
      title: 'There is no way now.',
      text: 'The direct way ended at {time}, and {server} does not answer. The tunnel is back as soon as {server} is.',
    },
  },
  tried: 'Tried {ago} ago.',
  triedAgain: 'Tried {ago} ago, again in {duration} and when the network changes.',
  triedSoon: 'Tried {ago} ago, again with the next connection.',
  tryNow: 'Try now',
  justTried: 'It was tried a moment ago.',
  setting: {
    label: 'Direct',
    choices: { yes: 'When possible', guess: 'Also by guessing ports', no: 'Never' },
    hints: {
      yes: 'Past {server} where the networks allow it.',
      guess:
        'Also where a router gives each connection a new port: some thousand packets to random ports are sent. npc on {lab} has to be started with -direct=guess too.',
      no: 'New connections go through {server}; what is open stays on its way.',
    },
  },
  encrypted: 'Encrypted',
  allTheWay: 'all the way',
  limitsKept: '{server} keeps these limits, so this tunnel never goes direct.',
  limitsWould:
    'What goes direct counts too, as {lab} tells it. A limit, here or for all of {lab}, turns the direct way off.',
  faster: 'Faster: only this laptop',
  fasterText:
    'For this laptop alone it goes straight to {lab} where the networks allow it. Port {port} of {server} then closes for everybody else.',
}
