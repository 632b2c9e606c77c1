/** The longest that a guest pass may be good for, from the moment it is made. */
export const maxPassMs = 30 * 24 * 3_600_000
