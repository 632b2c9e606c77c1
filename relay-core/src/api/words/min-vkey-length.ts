/** Of an npc's vkey, and of the `public_vkey` for those without a client. In a file without zod, which an idle relay does not load. */
export const minVkeyLength = 16
