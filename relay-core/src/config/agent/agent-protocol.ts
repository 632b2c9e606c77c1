/**
 * How to talk to the relay; native by default. `stock` is for a stock NPS 0.26, which proves nothing and encrypts
 * nothing. `auto` starts natively and tries stock where nobody answers natively, unless the relay's key is known: then it
 * must be proved, and someone who cuts the line cannot make the agent fall back to plain text.
 */
export const agentProtocols = ['auto', 'native', 'stock'] as const
export type AgentProtocol = (typeof agentProtocols)[number]
