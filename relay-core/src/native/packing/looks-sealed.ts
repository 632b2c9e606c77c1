/** Whether a stream that begins so is encrypted: TLS (a handshake record, RFC 8446 §5.1) or ssh (RFC 4253 §4.2). */
export function looksSealed(first: Uint8Array): boolean {
  const [a, b] = first
  return (a === 0x16 && b === 0x03) || Buffer.from(first.subarray(0, 4)).toString('latin1') === 'SSH-'
}
