import type { Machine } from './machine.ts'

/** The firewalls people run on their own machines. */
export type FirewallKind = 'nftables' | 'iptables' | 'ufw' | 'firewalld'

/**
 * A firewall on the machine itself, set up as its manual says and kept over a reboot (but for plain iptables, which
 * keeps nothing by itself). All but firewalld drop silently; firewalld answers with "prohibited".
 */
export class MachineFirewall {
  readonly #machine: Machine

  constructor(machine: Machine) {
    this.#machine = machine
  }

  /** Closes all TCP ports but SSH and `allowed`: ports or ranges such as `7000-9000`. */
  async start(kind: FirewallKind, ...allowed: string[]): Promise<void> {
    await this.#machine.exec(['set -eu', ...startScripts[kind](['22', ...allowed])].join('\n'))
  }

  /** Opens everything and forgets all rules. */
  async stop(): Promise<void> {
    await this.#machine.exec(stopScript)
  }

  /** The rules that hold now and those that are kept, in the tool's own words. */
  async rules(kind: FirewallKind): Promise<string> {
    return await this.#machine.exec(listings[kind])
  }
}

const listings: Record<FirewallKind, string> = {
  nftables: 'nft list ruleset; cat /etc/nftables.conf',
  iptables: 'iptables -S',
  ufw: 'ufw status verbose',
  firewalld: 'firewall-cmd --list-all; firewall-cmd --permanent --list-all',
}

const startScripts: Record<FirewallKind, (allowed: string[]) => string[]> = {
  nftables: (allowed) => [
    `cat > /etc/nftables.conf <<'RULES'`,
    '#!/usr/sbin/nft -f',
    'flush ruleset',
    'table inet filter {',
    '  chain input {',
    '    type filter hook input priority filter; policy drop;',
    '    iif lo accept',
    '    ct state established,related accept',
    '    icmp type echo-request accept',
    `    tcp dport { ${allowed.join(', ')} } accept`,
    '  }',
    '}',
    'RULES',
    'systemctl enable --quiet --now nftables',
    'systemctl reload nftables',
  ],
  iptables: (allowed) => [
    'iptables -A INPUT -i lo -j ACCEPT',
    'iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    ...allowed.map((ports) => `iptables -A INPUT -p tcp --dport ${ports.replace('-', ':')} -j ACCEPT`),
    'iptables -P INPUT DROP',
  ],
  ufw: (allowed) => [
    'ufw default deny incoming >/dev/null',
    ...allowed.map((ports) => `ufw allow ${ports.replace('-', ':')}/tcp >/dev/null`),
    'ufw --force enable >/dev/null',
    'systemctl enable --quiet --now ufw',
  ],
  firewalld: (allowed) => [
    'systemctl enable --quiet --now firewalld',
    ...allowed.map((ports) => `firewall-cmd --quiet --permanent --add-port=${ports}/tcp`),
    'firewall-cmd --quiet --reload',
  ],
}

/** Whichever of them runs: some are not there, so each line may fail by itself. */
const stopScript = `
ufw --force reset >/dev/null
systemctl disable --quiet --now ufw firewalld nftables
rm -f /etc/firewalld/zones/*
for tables in iptables ip6tables; do
  $tables -P INPUT ACCEPT; $tables -P FORWARD ACCEPT; $tables -P OUTPUT ACCEPT
done
set -e
nft flush ruleset
`
