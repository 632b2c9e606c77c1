/**
 * What is shown in place of a secret that its reader may not see; sent back, it means "unchanged". Made of characters
 * that every kind of secret may contain, including header values.
 */
export const hiddenSecret = '········'
