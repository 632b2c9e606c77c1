/**
 * What stands in place of a secret that its reader may not see; sent back, it means that the secret stays. Of characters
 * that every kind of secret may have, header values too.
 */
export const hiddenSecret = '········'
