/**
 * The mode of a file that only its owner may read, as `stat` tells it. On Windows an access list says who may, and Node
 * answers the same mode for every file that can be written.
 */
export const ownerOnly = process.platform === 'win32' ? 0o666 : 0o600
