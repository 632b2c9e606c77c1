// What the tools of firewalls print, for the tests of what the app reads from it.

/** As `iptables -S` of 1.8.9 prints it. */
export const iptables = `-P INPUT DROP
-P FORWARD ACCEPT
-P OUTPUT ACCEPT
-N WEB
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p udp -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -p tcp -m multiport --dports 80,443,8000:8100 -m comment --comment "web -j ACCEPT" -j ACCEPT
-A INPUT -p tcp -j WEB
-A INPUT -m limit --limit 3/min -j LOG --log-prefix "drop: "
-A WEB -s 10.0.0.0/8 -p tcp -m tcp --dport 9999 -j ACCEPT
-A WEB ! -i eth9 -p tcp -m tcp --dport 9100 -j REJECT --reject-with tcp-reset
-A WEB ! -i lo -p tcp -m tcp --dport 9200 -j REJECT --reject-with tcp-reset
`

/** As `nft list ruleset` of 1.0.6 prints it. */
export const nft = `table inet filter {
	set blocked {
		type ipv4_addr
		flags interval
		elements = { 10.1.0.0/16,
			     10.2.0.0/16 }
	}

	chain input {
		type filter hook input priority filter; policy drop;
		ct state vmap { invalid : drop, established : accept, related : accept }
		iifname "lo" accept
		ip saddr @blocked drop
		meta l4proto { icmp, ipv6-icmp } accept
		tcp dport { 22, 80, 8000-8100 } counter packets 4 bytes 240 accept comment "ssh and drop"
		tcp dport vmap { 443 : accept, 25 : drop }
		udp dport 53 accept
		tcp flags syn limit rate 10/second jump extra
		log prefix "in: " level warn
		ip protocol tcp jump extra
	}

	chain extra {
		tcp dport != 1-65000 return
		tcp dport 9000 reject with tcp reset
		tcp dport 7000-7099 accept
	}
}
table ip nat {
	chain pre {
		type nat hook prerouting priority dstnat; policy accept;
		tcp dport 81 redirect to :80
	}
}
`

export const ufw = `Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), disabled (routed)
New profiles: skip

To                         Action      From
--                         ------      ----
22/tcp                     LIMIT IN    Anywhere
7500                       DENY IN     Anywhere                   # mine
7000:9000/tcp              ALLOW IN    Anywhere
8024/tcp                   ALLOW IN    10.0.0.0/8
53/udp                     ALLOW IN    Anywhere
22/tcp (v6)                LIMIT IN    Anywhere (v6)
`

export const zone = `public (active)
  target: default
  icmp-block-inversion: no
  interfaces: eth0
  sources: 
  services: dhcpv6-client ssh
  ports: 7000-7999/tcp 53/udp 443/tcp
  protocols: 
`

/** As `ufw show added` of 0.36.2 prints it. */
export const ufwAdded = `Added user rules (see 'ufw status' for running firewall):
ufw allow 22/tcp
ufw deny 8024/tcp comment 'not from outside'
ufw limit log 7000:9000/tcp
ufw deny in on eth0 to any port 8025 proto udp
ufw deny from 10.0.0.0/8 to any port 8024 proto udp
ufw allow 443/tcp comment 'web'
ufw allow 'WWW Full'
ufw deny out 25/tcp
`

/** As `ufw status verbose` of the same machine prints it. */
export const ufwOfOthers = `Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), disabled (routed)
New profiles: skip

To                         Action      From
--                         ------      ----
22/tcp                     ALLOW IN    Anywhere                  
8024/tcp                   DENY IN     Anywhere                   # not from outside
7000:9000/tcp              LIMIT IN    Anywhere                   (log)
8025/udp on eth0           DENY IN     Anywhere                  
8024/udp                   DENY IN     10.0.0.0/8                
443/tcp                    ALLOW IN    Anywhere                   # web
80,443/tcp (WWW Full)      ALLOW IN    Anywhere                  
22/tcp (v6)                ALLOW IN    Anywhere (v6)             
8024/tcp (v6)              DENY IN     Anywhere (v6)              # not from outside

25/tcp                     DENY OUT    Anywhere                  
25/tcp (v6)                DENY OUT    Anywhere (v6)             
`

/** As `firewall-cmd --zone=public --list-all` of 1.3.3 prints it. */
export const bareZone = `public (active)
  target: default
  icmp-block-inversion: no
  interfaces: eth0
  sources: 
  services: dhcpv6-client ssh
  ports: 22/tcp
  protocols: 
`

/** The whole look at a machine's firewalls, with what each part printed. */
export const listing = (parts: Record<string, string>): string =>
  [
    'dev',
    'ufw',
    'ufw-added',
    'firewalld',
    'firewalld-permanent',
    'firewalld-services',
    'nft',
    'iptables',
    'end',
  ]
    .map((name) => `\n@@${name}\n${parts[name] ?? ''}`)
    .join('')
