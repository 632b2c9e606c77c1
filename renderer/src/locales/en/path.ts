/** The path test on a tunnel's page. */
export const path = {
  title: 'Path test',
  text: 'up to 6 s, and up to 8 MB through the server',
  running: 'Testing, up to 6 s…',
  run: 'Test',
  again: 'Test again',
  laptop: 'This laptop',
  leg: 'Leg',
  roundTrip: 'Round trip',
  varies: 'Varies by',
  speedHead: 'Speed',
  speed: '↓ {down} ↑ {up} Mbit/s',
  verdict: 'Verdict',
  slow: 'slow',
  fine: 'fine',
  unknown: 'not known',
  slowAt: '{time}. The leg {from} → {to} is slow.',
  slowAround: '{time}. The leg {from} → {to} is slow; direct goes around it.',
  direct: 'This laptop → {lab}, direct',
  whole: 'All the way → {service}',
  directSilent: 'The direct way fell silent while it was measured. Test again.',
  lost: '{percent} % lost',
  inUse: 'in use',
  fineAt: '{time}. No leg is slower than the others.',
  helps: {
    server:
      'Try another network, or a cable instead of Wi-Fi, and test again. If it stays like this, {server} is far away or its line is full: a server nearer to you, or a larger line, would help.',
    lab: 'The network of {lab} is slow towards {server}, or far from it. A cable instead of Wi-Fi there, or a server nearer to the lab, would help; nothing on this laptop does.',
    service:
      '{service} is slow to accept on {lab} itself. See whether the machine is busy, and start the service again.',
  },
}
