import { AppError } from '../failures/app-error.ts'
import { visit } from './service-visit.ts'

/**
 * Shows that the way to a port is open before a tunnel moves there: a machine answers for a port on which nothing
 * listens, "refused" included, while a firewall lets it fall silent.
 * Throws `port-taken` when a program listens there, `ports-blocked-somewhere` when nothing answers.
 */
export async function provePort(
  server: { readonly name: string; readonly host: string },
  port: number,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const seen = await visit({ host: server.host, port, kind: 'tcp' }, { signal })
  const params = { server: server.name, port }
  if (seen.port.state === 'refused' || seen.port.state === 'unasked') return
  if (seen.port.state === 'accepted' || seen.port.state === 'failed') {
    throw new AppError(
      'port-taken',
      `Port ${port} is taken on ${server.name}: a program answers there. Choose another.`,
      params,
    )
  }
  throw new AppError(
    'ports-blocked-somewhere',
    `Port ${port} of ${server.name} gives no answer (${seen.port.why}). The tunnel stays where it is; check the server's ports, or choose another.`,
    { host: server.name, ports: String(port) },
  )
}
