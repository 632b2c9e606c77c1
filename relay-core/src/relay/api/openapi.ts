import * as z from 'zod'
import { listCalls } from '../../api/calls.ts'
import { relayErrorCodes } from '../../api/errors.ts'
import { failureParams } from '../../api/relay-failure.ts'
import { relayVersion } from '../../version.ts'

const description =
  'One POST a call, with its input as a JSON object. Either the token of POST /login comes along as X-NPS-Session, ' +
  'for which every secret is hidden, or ' +
  '`Authorization: Bearer` with the auth_key of nps.conf (16 characters or more), which belongs on a console with ' +
  'web_open_ssl=true or on this machine. The feeds of the same API (status, clients, tunnels, live traffic and the log, ' +
  'each as it changes) are on the WebSocket /api, which takes ?ticket= of POST /ticket.'

const failure = z.object({ code: z.enum(relayErrorCodes), message: z.string(), params: failureParams })

/** The relay API as an OpenAPI 3.1 document, made from the contract. `basePath` is the console's, without a trailing slash. */
export function openApiDocument(basePath: string): object {
  const paths = Object.fromEntries(
    [...listCalls().values()].map(({ name, input, output }) => [
      `/api/${name}`,
      {
        post: {
          operationId: name.replace('/', '.'),
          tags: [name.split('/')[0]],
          requestBody: { required: true, content: json(schemaOf(input, 'input')) },
          responses: {
            200: { description: 'done', content: json(schemaOf(output, 'output')) },
            default: { description: 'refused', content: json({ $ref: '#/components/schemas/Failure' }) },
          },
        },
      },
    ]),
  )
  return {
    openapi: '3.1.1',
    info: { title: 'NPS relay', version: relayVersion, description },
    servers: [{ url: basePath || '/' }],
    security: [{ session: [] }, { authKey: [] }],
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'header', name: 'X-NPS-Session' },
        authKey: { type: 'http', scheme: 'bearer' },
      },
      schemas: { Failure: schemaOf(failure, 'output') },
    },
  }
}

function json(schema: object): object {
  return { 'application/json': { schema } }
}

function schemaOf(type: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any' })
  return schema
}
