/** How many of a thousand cases each parser gets: cheap parsers more. */
export const shares = {
  'wire frames': 130,
  'wire messages': 110,
  'wire datagrams': 40,
  'native carrier, relay': 20,
  'native carrier, agent': 15,
  'native control link': 15,
  'native opening': 10,
  'mux frames': 130,
  'mux session, relay': 15,
  'mux session, agent': 15,
  'stock greeting': 30,
  'stock greeting, agent': 15,
  'stock configuration': 15,
  'pushed documents': 75,
  'link info': 90,
  'health report': 50,
  'snappy frames': 100,
  'socks datagram': 105,
  'socks answers': 20,
} as const

export type Parser = keyof typeof shares
