import type { PortRange, PortReport } from '@nps-desktop/electron/contract'

export type ProviderId = NonNullable<PortReport['provider']>['id']

/** One cloud: how to tell it, what its console calls the rule, and where that is. */
export interface CloudProvider {
  readonly id: Exclude<ProviderId, 'unknown'>
  /** Texts of /sys/class/dmi/id that only this provider's machines carry, in lower case. */
  readonly dmi: readonly string[]
  /** How a port range is written in its form. */
  readonly ports: (from: number, to: number) => string
  /** What its form calls the protocols. */
  readonly tcp: string
  readonly udp: string
  /** The page where the rule is added. */
  readonly consoleUrl: (place: { region: string | null; instance: string | null }) => string
  /** The page where the machines are started and stopped. */
  readonly machinesUrl: (region: string | null) => string
}

const dash = (from: number, to: number): string => (from === to ? `${from}` : `${from}-${to}`)
const slash = (from: number, to: number): string => `${from}/${to}`

/**
 * DMI texts as the providers' own images show them (Alibaba Cloud, Tencent Cloud, Huawei Cloud, Amazon EC2, Google, Azure).
 * The addresses are the consoles' own start pages for security groups, with the region where their links take one.
 */
export const providers: readonly CloudProvider[] = [
  {
    id: 'aliyun',
    dmi: ['alibaba cloud'],
    tcp: 'Custom TCP',
    udp: 'Custom UDP',
    ports: slash,
    consoleUrl: ({ region }) =>
      region
        ? `https://ecs.console.aliyun.com/securityGroup/region/${region}`
        : 'https://ecs.console.aliyun.com/securityGroup',
    machinesUrl: (region) =>
      region
        ? `https://ecs.console.aliyun.com/server/region/${region}`
        : 'https://ecs.console.aliyun.com/server',
  },
  {
    id: 'tencent',
    dmi: ['tencent cloud', 'smdbmds'],
    tcp: 'TCP',
    udp: 'UDP',
    ports: dash,
    consoleUrl: () => 'https://console.cloud.tencent.com/vpc/security-group',
    machinesUrl: () => 'https://console.cloud.tencent.com/cvm/instance',
  },
  {
    id: 'huawei',
    dmi: ['huawei cloud', 'huaweicloud'],
    tcp: 'TCP',
    udp: 'UDP',
    ports: dash,
    consoleUrl: ({ region }) =>
      region
        ? `https://console.huaweicloud.com/vpc/?region=${region}#/secGroups`
        : 'https://console.huaweicloud.com/vpc/#/secGroups',
    machinesUrl: (region) =>
      region
        ? `https://console.huaweicloud.com/ecm/?region=${region}#/ecs/manager/vmList`
        : 'https://console.huaweicloud.com/ecm/#/ecs/manager/vmList',
  },
  {
    id: 'aws',
    dmi: ['amazon ec2', 'amazon'],
    tcp: 'Custom TCP',
    udp: 'Custom UDP',
    ports: dash,
    consoleUrl: ({ region }) =>
      region
        ? `https://${region}.console.aws.amazon.com/ec2/home?region=${region}#SecurityGroups:`
        : 'https://console.aws.amazon.com/ec2/home#SecurityGroups:',
    machinesUrl: (region) =>
      region
        ? `https://${region}.console.aws.amazon.com/ec2/home?region=${region}#Instances:`
        : 'https://console.aws.amazon.com/ec2/home#Instances:',
  },
  {
    id: 'google',
    dmi: ['google compute engine', 'google'],
    tcp: 'tcp',
    udp: 'udp',
    ports: dash,
    consoleUrl: () => 'https://console.cloud.google.com/networking/firewalls/list',
    machinesUrl: () => 'https://console.cloud.google.com/compute/instances',
  },
  {
    id: 'azure',
    // The asset tag of every Azure machine; other Hyper-V machines have the same vendor.
    dmi: ['7783-7084-3265-9085-8269-3286-77'],
    tcp: 'TCP',
    udp: 'UDP',
    ports: dash,
    consoleUrl: () =>
      'https://portal.azure.com/#view/HubsExtension/BrowseResource/resourceType/Microsoft.Network%2FNetworkSecurityGroups',
    machinesUrl: () =>
      'https://portal.azure.com/#view/HubsExtension/BrowseResource/resourceType/Microsoft.Compute%2FVirtualMachines',
  },
]

/** What the machine said about where it runs; see `detect-provider.ts`. */
export interface ProviderClues {
  /** vendor, product and asset tag from DMI, joined. */
  readonly dmi: string
  /** The provider whose metadata address answered as only it does. */
  readonly metadata: ProviderId
  readonly instance: string | null
  readonly region: string | null
}

/** Where to see whether the machine runs; null where its provider is not known. */
export function machinesPage(provider: PortReport['provider']): { url: string; label: string } | null {
  const found = providers.find(({ id }) => id === provider?.id)
  return found ? { url: found.machinesUrl(provider?.region ?? null), label: found.id } : null
}

/**
 * The provider and the exact rules to add there, each where there is something to let in. The metadata service outweighs
 * DMI: images are moved between clouds.
 */
export function describeProvider(
  { dmi, metadata, instance, region }: ProviderClues,
  { tcp, udp }: { tcp: readonly PortRange[]; udp: readonly PortRange[] },
): NonNullable<PortReport['provider']> {
  const text = dmi.toLowerCase()
  const found =
    providers.find(({ id }) => id === metadata) ??
    providers.find((one) => one.dmi.some((word) => text.includes(word)))
  const spell = found?.ports ?? dash
  const rule = (protocol: string, ranges: readonly PortRange[]) =>
    ranges.length === 0
      ? null
      : { protocol, ports: ranges.map(({ from, to }) => spell(from, to)).join(', '), source: '0.0.0.0/0' }
  return {
    id: found?.id ?? 'unknown',
    instance,
    region,
    consoleUrl: found?.consoleUrl({ region, instance }) ?? null,
    rule: rule(found?.tcp ?? 'TCP', tcp),
    udpRule: rule(found?.udp ?? 'UDP', udp),
  }
}
