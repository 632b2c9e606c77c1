/** The proxies that an agent can be itself, for a private tunnel that ends there instead of at a target. */
export const agentProxies = ['socks5', 'http'] as const
export type AgentProxy = (typeof agentProxies)[number]

/** Where programs look for each unless told otherwise: SOCKS5 by its registration (IANA), HTTP as Squid has it. */
export const usualProxyPorts: Readonly<Record<AgentProxy, number>> = { socks5: 1080, http: 3128 }
