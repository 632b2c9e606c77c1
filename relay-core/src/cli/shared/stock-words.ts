/** What people who know stock NPS type for `-mode=`, or nearly, and what it is here. In lower case. */
const modeAnswers: Readonly<Record<string, string>> = {
  secret: 'write -mode=private, and -password=... for one of your own',
  p2p: 'write -mode=private: its visitors reach the lab box directly where the networks allow it',
  http: 'write -mode=host -host=lab.example.com for a page by its name, or -mode=httpProxy for a proxy',
  https: 'write -mode=host -host=lab.example.com, and -scheme=https for HTTPS alone',
  domain: 'write -mode=host -host=lab.example.com',
  web: 'write -mode=host -host=lab.example.com',
  proxy: 'write -mode=socks5 or -mode=httpProxy',
  socks: 'write -mode=socks5',
}

/** What to use in place of a mode that there is not; undefined for one that nothing is known of. `modes`: those that there are. */
export function insteadOfMode(text: string, modes: readonly string[]): string | undefined {
  const wanted = text.toLowerCase()
  const spelt = modes.find((mode) => mode.toLowerCase() === wanted)
  if (spelt !== undefined) return `write -mode=${spelt}`
  return Object.hasOwn(modeAnswers, wanted) ? modeAnswers[wanted] : undefined
}

/** Keys of stock NPS (npc.conf, its web API and its console) as flags of `nps client`, and what they are here. */
export const stockClientFlags: Readonly<Record<string, string>> = {
  remark: 'write -name=...',
  verify_key: 'write -vkey=...',
  rate_limit: 'write -rate=500K, in bytes per second',
  flow_limit: 'write -quota=10G',
  basic_username: 'write -user=name:password with "nps tunnel"',
  basic_password: 'write -user=name:password with "nps tunnel"',
}

/** The same for `nps tunnel`. */
export const stockTunnelFlags: Readonly<Record<string, string>> = {
  client_id: 'write -client=1',
  type: 'write -mode=...',
  remark: 'write -name=...',
  server_port: 'write -port=...',
  server_ip: 'write -listen_ip=...',
  target_addr: 'write -target=host:port',
  target_port: 'write a range in -target, such as -target=127.0.0.1:8001-8009',
  local_path: 'write -folder=...',
  strip_pre: 'write -strip_prefix=...',
  host_change: 'write -host_header=...',
  hostchange: 'write -host_header=...',
  location: 'write -path=...',
  proto_version: 'write -proxy_protocol=v1 or v2',
  multi_account: 'write -user=name:password,name:password',
  basic_username: 'write -user=name:password',
  basic_password: 'write -user=name:password',
  health_check_type: 'write -health=tcp or http:/path',
  rate_limit: 'write -rate=500K, in bytes per second',
  flow_limit: 'write -quota=10G',
}

/** Why neither program has stock's `update`, and what to do. */
export function noUpdate(program: 'nps' | 'npc'): string {
  return `a program that fetches and runs an unsigned successor hands the machine to whoever answers. The desktop app updates ${program} over ssh; by hand, unpack the new archive and run "${program} install" again`
}
