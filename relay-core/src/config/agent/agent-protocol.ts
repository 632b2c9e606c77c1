/**
 * How to speak to the relay; without a word, native. `stock` is for a stock NPS 0.26, which proves nothing and encrypts
 * nothing. `auto` begins natively and tries stock where nobody answers so, unless the relay's key is known: then it
 * must be proved, and whoever cuts the line cannot make the agent speak in the clear.
 */
export const agentProtocols = ['auto', 'native', 'stock'] as const
export type AgentProtocol = (typeof agentProtocols)[number]
