import { agentProxies, type AgentProxy } from '../api/words/agent-proxies.ts'
import type { Target } from './agent-session.ts'

/** What stands for a proxy of the agent's own where a target would stand: port 0, which no target has. */
export function placeOfProxy(proxy: AgentProxy): Target {
  return { host: proxy, port: 0 }
}

/** The proxy that a place stands for; undefined: it is a target, or a proxy that only a newer program knows. */
export function proxyAt({ host, port }: Target): AgentProxy | undefined {
  return port === 0 ? agentProxies.find((proxy) => proxy === host) : undefined
}
