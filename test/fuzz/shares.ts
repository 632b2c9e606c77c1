/** How many of a thousand cases each parser gets: cheap parsers more. */
export const shares = {
  'wire frames': 90,
  'wire messages': 90,
  'wire datagrams': 40,
  'native carrier, relay': 20,
  'native carrier, agent': 15,
  'native control link': 15,
  'native opening': 10,
  'mux frames': 90,
  'mux session, relay': 15,
  'mux session, agent': 15,
  'stock greeting': 30,
  'stock greeting, agent': 15,
  'stock configuration': 15,
  'pushed documents': 50,
  'link info': 60,
  'health report': 20,
  'snappy frames': 70,
  'socks datagram': 60,
  'socks answers': 20,
  'client hello': 65,
  'socks messages': 52,
  'request head': 52,
  'stock files': 26,
  'requested path': 65,
} as const

export type Parser = keyof typeof shares
