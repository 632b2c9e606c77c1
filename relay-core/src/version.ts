/** Of nps and npc, and what they tell each other; a test compares it with package.json. */
export const relayVersion = '1.0.0'
