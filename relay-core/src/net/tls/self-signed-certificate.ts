import { createHash, sign, type KeyObject } from 'node:crypto'

/**
 * A self-signed certificate for a P-256 key, because TLS needs one. Nobody reads its name or dates: agents and the
 * app compare the key. Written here in DER (X.690) following RFC 5280, since `node:crypto` reads certificates but makes none.
 */
export function selfSignedCertificate(privateKey: KeyObject, publicKey: KeyObject): string {
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  // Positive and the same each time for the same key (RFC 5280 §4.1.2.2 asks for at most 20 octets).
  const serial = createHash('sha256').update(spki).digest().subarray(0, 16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const name = sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from('nps')))))
  const tbs = sequence(
    tlv(0xa0, tlv(0x02, Buffer.of(2))), // version 3
    tlv(0x02, serial),
    ecdsaWithSha256,
    name,
    // From 2020, so that a machine whose clock is behind accepts it too; without an end, as RFC 5280 §4.1.2.5 writes it.
    sequence(tlv(0x17, Buffer.from('200101000000Z')), tlv(0x18, Buffer.from('99991231235959Z'))),
    name,
    spki,
  )
  const signature = sign('sha256', tbs, privateKey)
  const der = sequence(tbs, ecdsaWithSha256, tlv(0x03, Buffer.concat([Buffer.of(0), signature])))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

/** 1.2.840.10045.4.3.2 (RFC 5758 §3.2). */
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'))
}

function sequence(...parts: Uint8Array[]): Buffer {
  return tlv(0x30, Buffer.concat(parts))
}

function tlv(tag: number, value: Uint8Array): Buffer {
  const { length } = value
  const header =
    length < 0x80
      ? Buffer.of(tag, length)
      : length < 0x100
        ? Buffer.of(tag, 0x81, length)
        : Buffer.of(tag, 0x82, length >>> 8, length & 0xff)
  return Buffer.concat([header, value])
}
