/** How long a browser's request is, with its cookies. */
export const requestBytes = 600

/** A request for this many bytes. */
export function pageRequest(bytes: number): Buffer {
  const request = Buffer.alloc(requestBytes)
  request.writeUInt32BE(bytes)
  return request
}
