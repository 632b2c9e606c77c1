import { isIP, isIPv4, isIPv6 } from 'node:net'
import { AddressList } from '../../net/address/address-list.ts'
import { networkOf } from '../../net/address/network-of.ts'
import type { DialPolicy } from '../../session/dial-policy.ts'

/**
 * Where clouds hand a machine its own passwords, to whoever asks from the machine itself: of most clouds (AWS, Azure, GCP, OpenStack, Tencent), of
 * AWS over IPv6 and for containers, of Aliyun. A compromised relay would ask for these first.
 */
const metadataAddresses = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  'fd00:ec2::254',
  '100.100.100.200',
]
const metadata = new AddressList(metadataAddresses)

interface Rule {
  /** In lower case; undefined where the rule names addresses. */
  readonly name: string | undefined
  readonly addresses: AddressList
  /** Whether it names a single address, and therefore means exactly that one. */
  readonly isOne: boolean
  readonly first: number
  readonly last: number
}

/** Null, or what is wrong with the list of `-allow_target`. */
export function allowTargetProblem(text: string): string | null {
  const wrong = entriesOf(text).find((entry) => readRule(entry) === undefined)
  if (wrong === undefined) return entriesOf(text).length > 0 ? null : 'names nothing'
  return `needs host, address or network (10.0.0.0/24), each with :port or :first-last if need be ([::1]:22), with commas between, not "${wrong}"`
}

/**
 * What an agent may dial by its list, which names hosts, addresses and networks, each with a port, a range of ports or all. Without a list
 * everything; the clouds' metadata addresses only where the list has that very address. A name allows whatever it resolves to; an address is what
 * is dialled in the end, whatever name was asked for.
 */
export function allowedTargets(list: string | null): DialPolicy {
  const rules = list === null ? [] : entriesOf(list).flatMap((entry) => readRule(entry) ?? [])
  return ({ host, port }, address) => {
    const dialled = plain(address)
    const fits = rules.filter(
      ({ name, addresses, first, last }) =>
        port >= first &&
        port <= last &&
        (name === undefined ? addresses.has(dialled) : name === host.toLowerCase()),
    )
    if (metadata.has(dialled)) return fits.some(({ isOne }) => isOne)
    return list === null || fits.length > 0
  }
}

function entriesOf(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

function readRule(entry: string): Rule | undefined {
  const whole = isIPv6(entry.replace(/\/\d{1,3}$/, ''))
  const match = whole
    ? [entry, entry]
    : (/^\[([0-9a-fA-F:.]+(?:\/\d{1,3})?)\](?::(\d{1,5})(?:-(\d{1,5}))?)?$/.exec(entry) ??
      /^([^\s:[\]]{1,253})(?::(\d{1,5})(?:-(\d{1,5}))?)?$/.exec(entry))
  if (!match) return undefined
  const [, host = '', from = '1', to = match[2] ?? '65535'] = match
  const [first, last] = [Number(from), Number(to)]
  if (first < 1 || last > 65_535 || first > last) return undefined
  const [address = '', prefix] = host.split('/')
  if (isIP(address) !== 0) {
    const most = isIPv4(address) ? 32 : 128
    if (prefix !== undefined && !(/^\d{1,3}$/.test(prefix) && Number(prefix) <= most)) return undefined
    const isOne = prefix === undefined || Number(prefix) === most
    return { name: undefined, addresses: new AddressList([host]), isOne, first, last }
  }
  if (!/^[\p{L}\p{N}_]([\p{L}\p{N}_.-]*[\p{L}\p{N}_])?$/u.test(host)) return undefined
  return { name: host.toLowerCase(), addresses: new AddressList([]), isOne: false, first, last }
}

/** An IPv4 address in any IPv6 form is that IPv4 address. */
function plain(address: string): string {
  const home = networkOf(address, 128)
  return isIPv4(home) ? home : address.replace(/%.*$/, '')
}
