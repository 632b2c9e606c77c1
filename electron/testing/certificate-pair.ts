import { execFileSync } from 'node:child_process'

/** A key and its self-signed certificate, both PEM, as `openssl` makes them: for two days. `names`: a subjectAltName. */
export function certificatePair(
  commonName: string,
  { names }: { names?: string } = {},
): {
  key: string
  cert: string
} {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const alternative = names === undefined ? [] : ['-addext', `subjectAltName=${names}`]
  const both = execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-subj', `/CN=${commonName}`, ...alternative, '-keyout', '-', '-out', '-'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const at = both.indexOf('-----BEGIN CERTIFICATE-----')
  return { key: both.slice(0, at), cert: both.slice(at) }
}
