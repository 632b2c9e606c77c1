import type { FoundService } from '@nps-desktop/electron/contract'

/** A notebook of the account that the app signs in with. */
export const notebook: FoundService = {
  port: 8889,
  target: '127.0.0.1:8889',
  program: 'jupyter',
  kind: 'jupyter',
  name: 'Jupyter',
  about: [{ what: 'folder', text: '~/project-x' }],
  owner: 'alice',
  isMine: true,
  isStarted: false,
}

/** A model server of somebody else on the same machine. */
export const model: FoundService = {
  ...notebook,
  port: 8000,
  target: '127.0.0.1:8000',
  program: 'vllm',
  kind: 'llm',
  name: 'vLLM',
  about: [],
  owner: 'user2',
  isMine: false,
}
